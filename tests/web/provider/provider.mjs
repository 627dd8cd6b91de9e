// A provider of OpenID Connect on loopback, for tests: one client, and the people of its arguments. It never asks for a password.
import { createHash, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [back, secret, peopleJson] = process.argv.slice(2);
const people = JSON.parse(peopleJson);
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "orch", client_secret: secret, redirect_uris: [back], grant_types: ["authorization_code"], response_types: ["code"] }],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "of-tests", use: "sig", alg: "RS256" }] },
    claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups"], email: ["email"] },
    pkce: { required: () => true },
    cookies: { keys: [createHash("sha256").update(secret).digest("hex")] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  });
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return answer(request, response);
    const { params, prompt, session } = await provider.interactionDetails(request, response);
    const accountId = new URL(request.url, issuer).searchParams.get("as") || process.env.AS || Object.keys(people)[0];
    if (prompt.name === "login") {
      const result = accountId === "nobody" ? { error: "access_denied" } : { login: { accountId } };
      return provider.interactionFinished(request, response, result);
    }
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope("openid profile email");
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  });
  process.stdout.write(`${issuer}\n`);
});
