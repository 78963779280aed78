// Operations over HTTP, subscriptions over a WebSocket, both with the caller's headers.
import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { type Client, createClient } from "graphql-ws";

export interface Line {
  fetcher: Fetcher;
  // Ends it; gives whether somebody was listening to it.
  close: () => boolean;
}

// One line a caller: a socket is the caller's from its `connection_init` until it closes.
export function lineFor(headers: Record<string, string>, asking: typeof fetch = fetch): Line {
  const url = new URL("/graphql", location.href);
  const socketUrl = new URL(url);
  socketUrl.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = createClient({ url: socketUrl.href, connectionParams: headers });
  let running = 0;
  const counting: Client = {
    ...socket,
    subscribe(payload, sink) {
      running += 1;
      let isOver = false;
      const over = () => {
        if (!isOver) running -= 1;
        isOver = true;
      };
      const end = socket.subscribe(payload, {
        next: (result) => sink.next(result as never),
        error: (error) => (over(), sink.error(error)),
        complete: () => (over(), sink.complete()),
      });
      return () => (over(), end());
    },
  };
  const fetcher = createGraphiQLFetcher({
    url: url.href,
    headers,
    fetch: (input, init) => asking(input, init),
    wsClient: counting,
    enableIncrementalDelivery: false,
  });
  const close = () => {
    const wasHeard = running > 0;
    void socket.dispose();
    return wasHeard;
  };
  return { fetcher, close };
}
