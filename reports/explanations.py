"""What a bulletin says about its own figures: how good the tone model is, how the heat is reckoned."""

from __future__ import annotations

from reports.issues import settings
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

#: Measured on real messages labelled twice, by model generation (docs/analysis.md tells how and how surely).
_MEASURED = {
    "tone-1.1": (
        "另以98条两次独立标注一致的真实市民留言实测：区分负面与其他的AUC为0.91（标准误约0.04），"
        "三类宏平均F1为0.69，负面误判为正面占1.2%。"
    )
}


def tone_accuracy(model: ToneModel) -> str:
    """The measured accuracy of a tone model in a Chinese sentence; "" for a model that was never measured."""
    held_out = model.summary.get("held_out_topics_accuracy")
    own = f"模型在自编语料上按主题留出检验，三类准确率{float(held_out):.2%}。" if held_out is not None else ""
    return own + _MEASURED.get(model.version.partition("+")[0], "")
