// A receiver of webhooks that checks signatures: SECRETS="whsec_…" PORT=3211 node receiver.js
//
// SECRETS are one or more, with spaces between: the old and the new one while a secret is being changed.

import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

type Event = { type: string; subject: string };

const webhooks = (process.env.SECRETS ?? "").split(/\s+/).filter(Boolean).map((secret) => new Webhook(secret));

/** The event, if one of the secrets has signed it within the last five minutes. */
function genuine(body: Buffer, headers: Record<string, string>): Event | undefined {
  for (const webhook of webhooks) {
    try {
      return webhook.verify(body, headers) as Event;
    } catch {}
  }
}

createServer(async (request, response) => {
  // Byte for byte as it came: JSON that is written anew has other bytes.
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const headers = request.headers as Record<string, string>;
  const event = genuine(Buffer.concat(parts), headers);
  response.writeHead(event ? 204 : 401).end();
  if (event) console.log(headers["webhook-id"], event.type, event.subject);
}).listen(Number(process.env.PORT), "127.0.0.1");
