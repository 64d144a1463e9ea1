"""What a password must be, said in Chinese."""

from django.contrib.auth.password_validation import MinimumLengthValidator


class LongEnough(MinimumLengthValidator):
    """At least eight characters. Django's own sentence is not translated in the version used."""

    def get_error_message(self) -> str:
        return f"密码太短，至少要 {self.min_length} 个字符。"
