// urql: a query and a mutation over HTTP, a subscription through its exchange over graphql-ws.
import { Client, cacheExchange, fetchExchange, gql, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { authorization, input, listened, prepared, socketUrl, tell, url } from "./session.mjs";

const socket = createClient({
  url: socketUrl,
  webSocketImpl: WebSocket,
  connectionParams: { authorization },
  retryAttempts: 0,
});
const client = new Client({
  url,
  fetchOptions: { headers: { authorization } },
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (request) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }),
      }),
    }),
  ],
});

function dataOf({ data, error }) {
  if (error) throw error;
  return data;
}

const query = dataOf(await client.query(gql(prepared("WhoAmI")), {}));

const told = new Promise((resolve) => {
  client.subscription(gql(prepared("BookingChanged")), { id: input.id }).subscribe(resolve);
});
await listened();
const mutation = dataOf(await client.mutation(gql(prepared("RescheduleBooking")), { input }));

tell({ query, mutation, subscription: dataOf(await told) });
