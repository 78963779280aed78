// A certified issuer of OpenID Connect on a free port; its people and clients come by environment.
import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

const people = JSON.parse(process.env.PEOPLE);
const signed = ["RS256", "ES256", "EdDSA"];
const keys = [];
for (const alg of signed) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  keys.push({ ...(await exportJWK(privateKey)), alg, use: "sig", kid: alg });
}

const server = createServer().listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: JSON.parse(process.env.CLIENTS),
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
    conformIdTokenClaims: process.env.CONFORM === "yes",
    cookies: { keys: ["only for a test"] },
    enabledJWA: { idTokenSigningAlgValues: signed },
    findAccount: (_ctx, id) =>
      people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
    jwks: { keys },
    pkce: { required: () => true },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
process.stdin.on("end", () => process.exit(0)).resume();
