"""The questions of the follow-up call (SU-01): short, five answers each, one version at a time."""

from collections.abc import Mapping
from dataclasses import dataclass

from fours.base.errors import Refused

VERSION = "2026-1"
BEST, WORST = 5, 1
# An answer this low makes a handling sheet even when the customer calls the visit all right on the whole.
UNHAPPY = 2


@dataclass(frozen=True)
class Question:
    """`code` stays for good; the wording may change with the version."""

    code: str
    topic: str
    text: str
    required: bool = False


QUESTIONS = (
    Question("reception", "接待", "来店时接待是否及时、热情？"),
    Question("finish_time", "交车时间", "是否在约定时间交车？"),
    Question("payment_speed", "结算速度", "结算付款是否快捷？"),
    Question("price_told", "事前报价", "维修前是否讲清项目和价格？"),
    Question("labor_price", "工时价格", "工时价格是否合理？"),
    Question("parts_price", "配件价格", "配件价格是否合理？"),
    Question("explained", "费用说明", "交车时是否逐项说明？"),
    Question("staff", "人员服务", "对服务人员的态度是否满意？"),
    Question("repair_quality", "维修质量", "所修问题是否彻底解决？", required=True),
    Question("cleaning", "清洁", "车辆交还时是否干净？"),
    Question("overall", "总体", "总的来说，您对这次服务打几分？", required=True),
)
BY_CODE: Mapping[str, Question] = {question.code: question for question in QUESTIONS}


def checked_answers(answers: Mapping[str, int]) -> dict[str, int]:
    """Answers 1–5 by question code; refused beside the question when one is unknown, missing or off the scale."""
    wrong = {f"answer_{code}": "没有这个问题。" for code in answers if code not in BY_CODE}
    for question in QUESTIONS:
        value = answers.get(question.code)
        if value is None:
            if question.required:
                wrong[f"answer_{question.code}"] = "这一题必须回答。"
        elif not WORST <= value <= BEST:
            wrong[f"answer_{question.code}"] = f"请答 {WORST}–{BEST}。"
    if wrong:
        raise Refused("问卷有未答或超出范围的题目。", fields=wrong)
    return {code: int(value) for code, value in answers.items()}


def unhappy_topics(answers: Mapping[str, int]) -> list[str]:
    """The topics answered with 2 or less, as one says them."""
    return [BY_CODE[code].topic for code, value in answers.items() if value <= UNHAPPY]
