// Apollo Client: a query and a mutation over HTTP, a subscription over graphql-ws.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { authorization, input, listened, prepared, socketUrl, tell, url } from "./session.mjs";

const socket = new GraphQLWsLink(
  createClient({
    url: socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
  }),
);
const client = new ApolloClient({
  link: ApolloLink.split(
    ({ operationType }) => operationType === "subscription",
    socket,
    new HttpLink({ uri: url, headers: { authorization } }),
  ),
  cache: new InMemoryCache(),
});

const read = await client.query({ query: gql(prepared("WhoAmI")) });

const told = new Promise((resolve, reject) => {
  client
    .subscribe({ query: gql(prepared("BookingChanged")), variables: { id: input.id } })
    .subscribe({ next: resolve, error: reject });
});
await listened();
const moved = await client.mutate({
  mutation: gql(prepared("RescheduleBooking")),
  variables: { input },
});

tell({ query: read.data, mutation: moved.data, subscription: (await told).data });
