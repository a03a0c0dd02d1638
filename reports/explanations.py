"""What a bulletin says about its own figures: how good the tone model is, how the heat is reckoned."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from reports.estimates.accuracy import Accuracy, accuracies
from reports.issues import settings
from reports.model import Tone
from reports.tone import ToneModel

#: The formula of `reports.issues.heat`, in a sentence for readers.
HEAT_RULE = (
    "热度指数＝人数＋赞同＋新近＋增长＋负面：人数为"
    f"{settings.HEAT_PER_DOUBLING:g}×log2(1＋发声人数)，同文意见n人合计1＋ln n；"
    f"赞同为{settings.HEAT_PER_ENDORSEMENT_FOLD:g}×ln(1＋点赞减反对)；"
    f"新近为{settings.HEAT_RECENCY:g}分，每{settings.HEAT_HALF_LIFE_DAYS:g}天减半；"
    f"增长最多{settings.HEAT_GROWTH:g}分，比较最近与此前{settings.HEAT_GROWTH_DAYS}天；"
    f"负面为{settings.HEAT_NEGATIVITY:g}×平均负面程度。"
)

_TONE_NAMES = {Tone.NEGATIVE: "负面", Tone.NEUTRAL: "中性", Tone.POSITIVE: "正面"}


def tone_accuracy(model: ToneModel) -> str:
    """The measured accuracy of a tone model in a Chinese sentence; "" for a model that was never measured."""
    measured = accuracies(model.summary.get("confusion"))
    if not measured:
        held_out = model.summary.get("held_out_topics_accuracy")
        return f"模型在自编语料上按主题留出检验，三类准确率{float(held_out):.2%}。" if held_out is not None else ""
    told = "；".join(_told(one) for one in measured)
    unsure = sum(one.uncertain for one in measured)
    tested = sum(one.tested for one in measured)
    return (
        f"模型在{tested}条人工标注的真实市民留言上检验：{told}；"
        f"判为“不确定”的共{unsure}条（{_per_cent(unsure / tested)}）。"
    )


def _told(one: Accuracy) -> str:
    name = _TONE_NAMES[one.tone]
    if one.right is None:
        return f"{name}仅{one.tested}条，不足以评价"
    low, high = _per_cent(one.right.low), _per_cent(one.right.high)
    praised = f"，误判为正面{one.answers[Tone.POSITIVE]}条" if one.tone is Tone.NEGATIVE else ""
    right = f"{one.answers[one.tone]}条（{_per_cent(one.right.share)}，95%区间{low}至{high}）"
    return f"{name}{one.tested}条中判对{right}{praised}"


def _per_cent(share: float) -> str:
    return f"{math.floor(share * 1000 + 0.5) / 10:.1f}%"


def local_tone_accuracy(version: str, rows: int, figures: Mapping[str, Sequence[float]]) -> str:
    """The accuracy of a model that an installation trained or imported, in a Chinese sentence.

    `figures` are (value, low, high) by name, measured there on `rows` labels held out; 0 rows: never measured.
    """
    named = f"情感倾向由本平台选用的模型{version}判定，"
    if not rows or "accuracy" not in figures:
        return named + "该模型未在本地检验。"
    told = "，".join(
        f"{words}为{value:.2f}（95%区间{low:.2f}至{high:.2f}）"
        for name, words in (("accuracy", "判定正确率"), ("macro_f1", "三类宏平均F1"))
        if name in figures
        for value, low, high in [figures[name]]
    )
    return f"{named}在留出的{rows}条本地标注上检验，{told}。"


def corrected_share(corrected: int) -> str:
    """How many tones are a person's and not the model's, in a Chinese sentence; "" for none."""
    return f"其中{corrected}条的情感倾向经工作人员更正。" if corrected else ""
