"""Settings of a store's shared counters (PF-15)."""

from fours.kernel.store_settings import declare_setting

LOCK_MINUTES = "org.lock_minutes"
declare_setting(
    LOCK_MINUTES,
    "共用设备闲置几分钟后锁屏",
    10,
    kind="int",
    group="登录与安全",
    help="0 为不自动锁屏。只对登记过的共用设备有效。",
)
