// What a client's session has: an address, a credential, a booking to move, and when to move it.
import { once } from "node:events";
import { readFileSync } from "node:fs";

export const url = `${process.env.TOURBASE_URL}/graphql`;
export const socketUrl = url.replace(/^http/, "ws");
export const authorization = `Bearer ${process.env.TOURBASE_TOKEN}`;
export const input = JSON.parse(process.env.MOVE ?? "null");

export function prepared(name) {
  return readFileSync(new URL(`../../web/prepared/${name}.graphql`, import.meta.url), "utf8");
}

// A client cannot know when the server has begun to listen for it; the test can, and says so.
export async function listened() {
  console.log("subscribed");
  await once(process.stdin, "data");
}

export function tell(seen) {
  process.stdout.write(`${JSON.stringify(seen)}\n`, () => process.exit(0));
}
