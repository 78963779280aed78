// Relay: what relay-compiler made of these three documents, run by relay-runtime.
import { createClient } from "graphql-ws";
import relay from "relay-runtime";
import WebSocket from "ws";

import { authorization, input, listened, socketUrl, tell, url } from "../session.mjs";

const { Environment, Network, Observable, RecordSource, Store } = relay;
const { commitMutation, fetchQuery, requestSubscription } = relay;

// What Relay's plugin does in a bundler: a document is replaced by what was compiled of it.
async function graphql([document]) {
  const [, name] = document.match(/\w+ (\w+)/);
  const compiled = await import(`./__generated__/${name}.graphql.js`);
  return compiled.default;
}

const QUERY = await graphql`
  query ClientQuery($first: Int!) {
    viewer { kind brand { code } }
    bookings(first: $first, filter: { status: [CONFIRMED] }) @connection(key: "Client_bookings") {
      edges { node { number } }
    }
  }
`;
const MUTATION = await graphql`
  mutation ClientMutation($input: RescheduleBookingInput!) {
    rescheduleBooking(input: $input) {
      booking { id startsAt version }
      errors { code message path retryable }
    }
  }
`;
const SUBSCRIPTION = await graphql`
  subscription ClientSubscription($id: ID!) {
    bookingChanged(id: $id) { kind booking { id startsAt version } }
  }
`;

const socket = createClient({
  url: socketUrl,
  webSocketImpl: WebSocket,
  connectionParams: { authorization },
  retryAttempts: 0,
});

async function fetched({ text }, variables) {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ query: text, variables }),
  });
  return response.json();
}

function subscribed({ text }, variables) {
  return Observable.create((sink) => socket.subscribe({ query: text, variables }, sink));
}

const environment = new Environment({
  network: Network.create(fetched, subscribed),
  store: new Store(new RecordSource()),
});

const query = await fetchQuery(environment, QUERY, { first: 2 }).toPromise();

const told = new Promise((onNext, onError) => {
  const variables = { id: input.id };
  requestSubscription(environment, { subscription: SUBSCRIPTION, variables, onNext, onError });
});
await listened();
const mutation = await new Promise((onCompleted, onError) => {
  commitMutation(environment, { mutation: MUTATION, variables: { input }, onCompleted, onError });
});

tell({ query, mutation, subscription: await told });
