// Every audit of the GraphQL-over-HTTP specification, against one server; prints their results.
import { serverAudits } from "graphql-http";

const { TOURBASE_URL, TOURBASE_KEY } = process.env;

const audits = serverAudits({
  url: `${TOURBASE_URL}/graphql`,
  fetchFn: (url, options) =>
    fetch(url, {
      ...options,
      redirect: "error",
      headers: { ...options?.headers, "x-api-key": TOURBASE_KEY },
    }),
});

const results = [];
for (const audit of audits) {
  const result = await audit.fn();
  results.push({ id: audit.id, name: audit.name, status: result.status, reason: result.reason });
}
console.log(JSON.stringify(results));
