"""An SMTP server that takes every mail, or fails as the address asks it to.

The first line on stdout is its port; each further one is a mail as JSON. It ends with its stdin.

name of the address   what it does
rcpt451, rcpt550      answers RCPT with this status
data452, data554      answers DATA with this status
hang                  never answers DATA
close                 closes the connection at DATA
"""

import argparse
import asyncio
import email
import email.policy
import json
import re
import sys

from aiosmtpd.smtp import SMTP, AuthResult

FAULT = re.compile(r"(rcpt|data)(\d{3})@")


class Sink:
    async def handle_RCPT(self, server, session, envelope, address, options):
        fault = FAULT.match(address)
        if fault and fault[1] == "rcpt":
            return f"{fault[2]} <{address}> is not liked"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        fault = FAULT.match(to)
        if fault:
            return f"{fault[2]} <{to}> is not liked"
        if to.startswith("hang@"):
            await asyncio.Event().wait()
        if to.startswith("close@"):
            server.transport.abort()
            return "421 closing"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": {name.lower(): str(value) for name, value in message.items()},
            "text": message.get_body(("plain",)).get_content(),
            "html": message.get_body(("html",)).get_content(),
            "login": (session.auth_data or b"").decode(),
        }
        print(json.dumps(mail), flush=True)
        return "250 OK"


def authenticator(server, session, envelope, mechanism, data):
    login = f"{data.login.decode()}:{data.password.decode()}"
    if login != arguments.login:
        return AuthResult(success=False, handled=False)
    return AuthResult(success=True, auth_data=login.encode())


async def main():
    loop = asyncio.get_running_loop()

    def session():
        return SMTP(
            Sink(),
            enable_SMTPUTF8=arguments.utf8,
            decode_data=False,
            hostname="sink.example",
            authenticator=authenticator,
            auth_required=arguments.login is not None,
            auth_require_tls=False,
        )

    server = await loop.create_server(session, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


parser = argparse.ArgumentParser()
parser.add_argument("--login", help="user:password, without which nothing is taken")
parser.add_argument("--utf8", action="store_true", help="carry addresses that are not ASCII")
arguments = parser.parse_args()
asyncio.run(main())
