"""E-mail through the store's own mail server, by Django's mail backend."""

import smtplib
from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from .base import Outgoing, Receipt, ReceiverRefuses, Rejected, Troubled, Unreachable

TIMEOUT = 20
TEMPORARY = range(400, 500)


@dataclass(frozen=True)
class Smtp:
    """A mail server. The Message-ID is made of the client id, so that a mail sent twice can be recognised as one."""

    host: str
    port: int
    sender: str
    account: str = ""
    secret: str = ""
    starttls: bool = False
    ssl: bool = True
    timeout: int = TIMEOUT

    def __repr__(self) -> str:
        return "<Smtp>"

    def send(self, message: Outgoing) -> Receipt:
        server = EmailBackend(
            host=self.host,
            port=self.port,
            username=self.account,
            password=self.secret,
            use_tls=self.starttls,
            use_ssl=self.ssl,
            timeout=self.timeout,
            fail_silently=False,
        )
        try:
            server.open()
        except smtplib.SMTPAuthenticationError as error:
            raise Unreachable("邮件服务器不接受账号或密码，请检查发送通道。") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable("连接不上邮件服务器，邮件先留在发件箱。") from error
        try:
            return self._hand_over(server, message)
        finally:
            server.close()

    def _hand_over(self, server: EmailBackend, message: Outgoing) -> Receipt:
        domain = self.sender.rpartition("@")[2].strip("> ") or "localhost"
        number = f"<{message.client_id}@{domain}>"
        mail = EmailMessage(
            message.subject, message.text, self.sender, [message.to], headers={"Message-ID": number}
        )
        try:
            server.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()), (550, b""))[0]
            if code in TEMPORARY:
                raise Troubled(f"邮件服务器暂时不收（{code}）。") from error
            raise ReceiverRefuses(f"对方邮箱不存在或拒收（{code}）。") from error
        except smtplib.SMTPResponseException as error:
            if error.smtp_code in TEMPORARY:
                raise Troubled(f"邮件服务器暂时不收（{error.smtp_code}）。") from error
            raise Rejected(f"邮件服务器不接受（{error.smtp_code}）。") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Troubled("邮件服务器没有及时答复。") from error
        return Receipt(number)
