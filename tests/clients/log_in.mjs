// The tokens of a user who has just logged in, from the service at TOKEN_SERVICE_URL.
export async function logIn(id, username) {
  const answer = await fetch(`${process.env.TOKEN_SERVICE_URL}/auth/token/gen-tokens/`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-SERVICE-SECRET': process.env.SERVICE_SECRET,
    },
    body: JSON.stringify({ id, username }),
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.status !== 201) {
    throw new Error(`gen-tokens answered ${answer.status}: ${await answer.text()}`);
  }
  return answer.json();
}
