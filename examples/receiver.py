"""A receiver of webhooks that checks signatures: SECRETS="whsec_…" PORT=3211 python3 receiver.py

SECRETS are one or more, with spaces between: the old and the new one while a secret is being changed.
"""

import http.server, os
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

WEBHOOKS = [Webhook(secret) for secret in os.environ["SECRETS"].split()]


def genuine(body, headers):
    """The event, if one of the secrets has signed it within the last five minutes."""
    for webhook in WEBHOOKS:
        try:
            return webhook.verify(body, headers)
        except (WebhookVerificationError, ValueError):
            pass


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        # Byte for byte as it came: JSON that is written anew has other bytes.
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        event = genuine(body, dict(self.headers))
        self.send_response(204 if event else 401)
        self.end_headers()
        if event:
            print(self.headers["webhook-id"], event["type"], event["subject"], flush=True)


http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Receiver).serve_forever()
