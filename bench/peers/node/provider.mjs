// An OpenID Provider on oidc-provider, set up to do what authsvc does, to be measured beside it.
//
// In: the environment (see bench/peers/__init__.py). Out: a server on 127.0.0.1, in one process,
// which remembers everything in memory and makes its keys when it starts.

import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider, errors } from 'oidc-provider';
import { signInPage } from './sign_in.mjs';
import { Storage } from './storage.mjs';

// Who asks for a token for this one (RFC 8707) gets a JWT; other access tokens are opaque.
const API = 'https://api.bench.example';
const MINUTES = 60;
const DAYS = 24 * 60 * MINUTES;

const need = (name) => {
  if (!process.env[name]) throw new Error(`${name} is not set`);
  return process.env[name];
};

const port = Number(need('BENCH_PORT'));
const clientId = need('BENCH_CLIENT_ID');
const pairwiseKey = randomBytes(32);

function signingKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'bench' };
}

function client(id, furtherGrants) {
  return {
    client_id: id,
    client_secret: need('BENCH_CLIENT_SECRET'),
    token_endpoint_auth_method: 'client_secret_basic',
    redirect_uris: [need('BENCH_REDIRECT_URI')],
    response_types: ['code'],
    grant_types: ['authorization_code', 'client_credentials', ...furtherGrants],
    subject_type: 'pairwise',
    id_token_signed_response_alg: 'ES256',
    scope: 'openid',
  };
}

const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: Storage,
  clients: [client(clientId, []), client(`${clientId}-refreshing`, ['refresh_token'])],
  jwks: { keys: [signingKey()] },
  scopes: ['openid'],
  claims: { openid: ['sub', 'acr', 'amr'] },
  subjectTypes: ['pairwise'],
  pairwiseIdentifier: (_, accountId, { sectorIdentifier, clientId: id }) =>
    createHmac('sha256', pairwiseKey).update(`${sectorIdentifier ?? id}\n${accountId}`).digest('base64url'),
  findAccount: (_, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
  pkce: { required: () => true }, // S256 is the only method it knows
  clientAuthMethods: ['client_secret_basic'],
  responseTypes: ['code'],
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  // The cookies hold random names of sessions, so that a signature on them (`cookies.keys`) would
  // only cost time; authsvc has none either.
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: (_, asking, token) => token.clientId === asking.clientId },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: false },
    resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer },
  },
  // A token stands on its grant alone, as in authsvc: the session need not be looked up.
  expiresWithSession: async () => false,
  issueRefreshToken: async (_, asking) => asking.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  ttl: {
    AccessToken: 10 * MINUTES,
    AuthorizationCode: MINUTES,
    ClientCredentials: 10 * MINUTES,
    Grant: 365 * DAYS,
    IdToken: 10 * MINUTES,
    Interaction: 10 * MINUTES,
    RefreshToken: 30 * DAYS,
    Session: DAYS,
  },
});

function resourceServer(_, resource) {
  if (resource !== API) throw new errors.InvalidTarget();
  return {
    scope: '',
    audience: API,
    accessTokenFormat: 'jwt',
    accessTokenTTL: 10 * MINUTES,
    jwt: { sign: { alg: 'ES256' } },
  };
}

provider.on('server_error', (_, error) => console.error(error));

const answer = provider.callback();
const signIn = signInPage(provider, { username: need('BENCH_USERNAME'), password: need('BENCH_PASSWORD') });

const server = createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  return signIn(request, response).catch((error) => {
    console.error(error);
    response.writeHead(400).end();
  });
});
server.keepAliveTimeout = 75_000; // a client under load keeps its connections, also over a pause
server.listen(port, '127.0.0.1');
