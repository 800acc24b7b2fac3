"""The fixed vocabularies of the catalogue: kinds in five classes, instrument classes, modes and presets."""

from typing import Final

# The alliance's own top-level classes; every kind belongs to one.
CLASS_OF_KIND: Final = {
    "instrument": "research",
    "platform": "research",
    "facility": "research",
    "loan_equipment": "research",
    "computing": "research",
    "talent": "talent",
    "training": "training",
    "service": "public_service",
    "venue": "venue",
}
KINDS: Final = tuple(CLASS_OF_KIND)
CLASSES: Final = ("research", "talent", "training", "public_service", "venue")

# What people call them, in Chinese and English.
KIND_NAMES: Final = {
    "instrument": ("仪器设备", "Instruments"),
    "platform": ("实验平台", "Laboratories and platforms"),
    "facility": ("大型设施", "Large facilities"),
    "loan_equipment": ("外借设备", "Equipment on loan"),
    "computing": ("算力", "Computing"),
    "talent": ("专家与人才", "Experts and talent"),
    "training": ("培训讲座", "Courses and lectures"),
    "service": ("服务", "Services"),
    "venue": ("场地空间", "Venues"),
}
CLASS_NAMES: Final = {
    "research": ("科研", "Research"),
    "talent": ("人才", "Talent"),
    "training": ("培训", "Training"),
    "public_service": ("政务服务", "Public services"),
    "venue": ("场地", "Places"),
}

# The fifteen top-level classes of large instruments, numbered as in the national list.
INSTRUMENT_CLASSES: Final = {
    "01": ("分析仪器", "Analytical instruments"),
    "02": ("物理性能测试仪器", "Physical property testing"),
    "03": ("计量仪器", "Metrology instruments"),
    "04": ("电子测量仪器", "Electronic measurement"),
    "05": ("海洋仪器", "Marine instruments"),
    "06": ("地球探测仪器", "Earth exploration"),
    "07": ("大气探测仪器", "Atmospheric exploration"),
    "08": ("特种检测仪器", "Special inspection"),
    "09": ("激光器", "Lasers"),
    "10": ("工艺试验仪器", "Process testing"),
    "11": ("计算机及其配套设备", "Computers and accessories"),
    "12": ("天文仪器", "Astronomical instruments"),
    "13": ("医学科研仪器", "Medical research"),
    "14": ("核仪器", "Nuclear instruments"),
    "15": ("其他仪器", "Other instruments"),
}

# How a resource is used, and whether that takes a span of time (`timed`) or only a talk with its owner (`request`).
MODE_OF_PRESET: Final = {
    "slot_self": "timed",
    "slot_assisted": "timed",
    "slot_pool": "timed",
    "slot_capacity": "timed",
    "appointment": "timed",
    "proposal_block": "timed",
    "whole_day": "timed",
    "loan": "timed",
    "request": "request",
    "sample": "request",
    "event": "request",
}
PRESETS: Final = tuple(MODE_OF_PRESET)
# Booked in whole local days; hand-over lies within opening hours, so buffers do not count.
DAY_PRESETS: Final = ("whole_day", "loan")

VISIBILITIES: Final = ("hidden", "own_unit", "groups", "alliance", "public")
DETAILS: Final = ("full", "unit", "busy")
STATUSES: Final = ("draft", "published", "retired")


def takes_bookings(status: str, mode: str, owner_status: str) -> bool:
    """Whether a resource in this state, of an owner in that one, takes bookings by time at all."""
    return status == "published" and mode == "timed" and owner_status in ("active", "external")
