from fours.kernel.store_settings import declare_setting

declare_setting(
    "customers.keep_papers_years",
    "维修档案留存年数",
    6,
    kind="int",
    group="客户",
    help="客户要求删除个人信息后，已签署的单据仍锁定留存的年数；三包规定维修记录不少于 6 年。",
)
