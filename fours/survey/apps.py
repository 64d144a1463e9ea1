from fours.kernel.app_config import FoursAppConfig


class SurveyConfig(FoursAppConfig):
    name = "fours.survey"
    label = "survey"
    verbose_name = "信息反馈"
