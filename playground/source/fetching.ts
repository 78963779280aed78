// Operations over HTTP, subscriptions over a WebSocket, both with the caller's headers.
import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { createClient, type Client } from "graphql-ws";
import { type Caller, headersOf } from "./credentials";

export interface Line {
  fetcher: Fetcher;
  socket: Client;
}

// One line a caller: a socket is the caller's from its `connection_init` until it closes.
export function lineFor(caller: Caller): Line {
  const headers = headersOf(caller);
  const url = new URL("/graphql", location.href);
  const socketUrl = new URL(url);
  socketUrl.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = createClient({ url: socketUrl.href, connectionParams: headers });
  const fetcher = createGraphiQLFetcher({
    url: url.href,
    headers,
    wsClient: socket,
    enableIncrementalDelivery: false,
  });
  return { fetcher, socket };
}
