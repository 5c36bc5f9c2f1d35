// The page where the person signs in and allows the client to know them.

const page = (asks) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head><body>
<form method="post">
${asks ? `<label>Name <input name="username" autocomplete="username" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>` : ''}
<button name="decision" value="approve">Approve</button>
</form></body></html>`;

async function formOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

function show(response, status, asks) {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(page(asks));
}

/** What answers /interaction/{uid}, for the one person there is. */
export function signInPage(provider, { username, password }) {
  return async (request, response) => {
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    const asks = prompt.name === 'login' || !session?.accountId;
    if (request.method !== 'POST') return show(response, 200, asks);
    const form = await formOf(request);
    const known = !asks || (form.get('username') === username && form.get('password') === password);
    if (!known || form.get('decision') !== 'approve') return show(response, 403, asks);

    const accountId = asks ? username : session.accountId;
    // Signing in and allowing are one page, as they may be: the grant is kept with the session, so
    // that neither is asked for again.
    const grant = new provider.Grant({ accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    return provider.interactionFinished(request, response, {
      ...(asks ? { login: { accountId, acr: 'urn:bench:acr:aal1', amr: ['pwd'] } } : {}),
      consent: { grantId: await grant.save() },
    });
  };
}
