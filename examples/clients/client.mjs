// Ask a Modelyard server for an answer and its explanation, and tell it later what came of it.
// Usage: node client.mjs URL RECORD [TRUTH]; the key comes from MODELYARD_KEY. The class works in a browser too.

const TRIES = 5;
const LONGEST = 60; // seconds that are waited before another try
const TIMEOUT = 30_000; // milliseconds for one answer
const BUSY = new Set([429, 503]); // worth another try; everything else would fail again

/** What the server says is wrong, from its problem document (RFC 9457). */
export class Problem extends Error {
  constructor(status, { code = "", detail = "no detail", problems = [], request_id: id = "unknown" } = {}) {
    const lines = problems.map(({ where, problem, hint }) => `  ${where}: ${problem}${hint ? ` (${hint})` : ""}`);
    super([`${status} ${code}: ${detail}`, ...lines, `  request ${id}`].join("\n"));
    this.status = status;
    this.code = code;
  }
}

/** One server, asked with one key. */
export class Client {
  constructor(url, key = "") {
    this.url = url.replace(/\/$/, "");
    this.headers = { "Content-Type": "application/json", ...(key && { Authorization: `Bearer ${key}` }) };
  }

  /** The answer, and the request id by which feedback knows it again. */
  predict(record) {
    return this.post("/predict", record);
  }

  /** What each column adds to the answer. */
  async explain(record) {
    return (await this.post("/explain", { record })).answer;
  }

  /** Tell what came of an answer. */
  async feedback(requestId, truth) {
    return (await this.post("/feedback", { request_id: requestId, truth })).answer;
  }

  /** The JSON that comes back; a server that is busy is asked again when it says so. */
  async post(path, body) {
    for (let tried = 1; ; tried += 1) {
      const reply = await fetch(this.url + path, {
        method: "POST",
        headers: this.headers,
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT),
      });
      if (reply.ok) return { answer: await reply.json(), requestId: reply.headers.get("x-request-id") };
      const document = await reply.json().catch(() => ({})); // a proxy's page is no JSON
      if (!BUSY.has(reply.status) || tried === TRIES) throw new Problem(reply.status, document);
      await new Promise((resolve) => setTimeout(resolve, 1000 * pause(reply.headers.get("retry-after"), tried)));
    }
  }
}

/** Seconds: what the server says, else twice as long each time; a little chance keeps clients from coming at once. */
function pause(said, tried) {
  const seconds = /^\d+$/.test(said ?? "") ? Number(said) : 0.1 * 2 ** tried;
  return Math.min(seconds, LONGEST) + Math.random() / 10;
}

async function main(url, record, truth) {
  const client = new Client(url, process.env.MODELYARD_KEY);
  const { answer, requestId } = await client.predict(JSON.parse(record));
  console.log(JSON.stringify(answer));
  console.log(JSON.stringify(await client.explain(JSON.parse(record))));
  if (truth) console.log(JSON.stringify(await client.feedback(requestId, truth)));
}

if (globalThis.process?.argv[1]?.endsWith("client.mjs")) {
  main(...process.argv.slice(2)).catch((error) => {
    console.error(error instanceof Problem ? error.message : `${error.message}: ${error.cause?.message ?? ""}`);
    process.exitCode = 1;
  });
}
