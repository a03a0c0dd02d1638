"""The Chinese words of the bulletin, kept in one place."""

from __future__ import annotations

from reports.model import Channel, Kind, Tone

TONE_NAMES: dict[Tone, str] = {
    Tone.NEGATIVE: "负面",
    Tone.NEUTRAL: "中性",
    Tone.POSITIVE: "正面",
    Tone.UNCERTAIN: "不确定",
    Tone.NO_TEXT: "无可读文字",
}

KIND_NAMES: dict[Kind, str] = {
    Kind.ENQUIRY: "咨询",
    Kind.PROPOSAL: "建议",
    Kind.COMPLAINT: "投诉",
    Kind.PLEA: "求助",
    Kind.PRAISE: "感谢",
    Kind.REPORT: "举报",
    Kind.OTHER: "其他",
}

CHANNEL_NAMES: dict[Channel, str] = {
    Channel.PHONE: "电话",
    Channel.WECHAT: "微信",
    Channel.WEIBO: "微博",
    Channel.MAIL: "邮箱",
    Channel.WEB: "网站",
    Channel.APP: "APP",
    Channel.GRID: "网格员",
    Channel.KIOSK: "信息亭",
    Channel.SUPERIOR: "上级派发",
    Channel.DRAFT: "草案意见",
    Channel.OTHER: "其他或未注明",
}

HEAT_PART_NAMES: dict[str, str] = {
    "people": "涉及人数",
    "endorsements": "净点赞",
    "recency": "近期程度",
    "growth": "近期增长",
    "negativity": "负面程度",
}

#: Fields of a submission as the reader of tables calls them.
FIELD_NAMES: dict[str, str] = {
    "id": "编号",
    "title": "标题",
    "text": "内容",
    "at": "时间",
    "channel": "渠道",
    "kind": "诉求类型",
    "field": "领域",
    "place": "地点",
    "unit": "承办单位",
    "author": "用户标识",
    "likes": "点赞数",
    "dislikes": "反对数",
    "transcript": "通话记录",
}

UNKNOWN_FIELD = "未注明"
UNSIGNED = "自动生成，仅供参考"
DASH = "—"

NUMERALS = "一二三四五六七八九十"

NOTE_UNCERTAIN = "“不确定”指模型对该条的判断低于其校准后的置信门槛，单列而不强行归类。"
NOTE_TONE = (
    "情感倾向由机器对市民本人文字自动判读，只描述语气，不代表诉求是否合理，不作为排定办理先后或影响当事人权利的依据；"
    "国家未规定统一口径，此处为本平台自定口径。"
)
NOTE_CORRECTED = (
    "占比估计为有文字的全部诉求（含“不确定”）中的真实占比：区间同时计入抽样误差和模型误差，"
    "模型误差按其实测混淆矩阵（{tested}条）校正；检验文本与本期来件不同，实际误差可能更大。"
)
NOTE_BY_ANSWERS = (
    "其中{corrected}条经工作人员更正：条数、清单和热度以更正后的为准，"
    "占比估计和趋势检验以模型对全部诉求的原判断为准，因为模型误差是按原判断测得的。"
)
NOTE_NOT_CORRECTED = (
    "占比估计为模型能判断的诉求中的占比，不含“不确定”；所用模型没有可用的实测混淆矩阵，区间只计抽样误差，不计模型误差。"
)
NOTE_EFFECTIVE = "同文意见按组折算为有效样本{effective}条，区间相应加宽。"
NOTE_FEW_TONES = "样本不足：模型能判断倾向的诉求不足{least}条，只列数量，不计占比，不作推算。"
NOTE_TRENDS = (
    "“显著”指按所列检验，仅由偶然造成的可能低于5%；同时检验多个议题的，按霍尔姆法校正。"
    "“无显著变化”不等于没有变化，“样本太少，不作判断”指不足{least}条或时段不足。"
)
NOTE_NO_ACCURACY = "本次未附模型的实测准确率，情感倾向数据只宜作线索，引用前请人工复核。"
NOTE_THREE_COUNTS = (
    "“收到”为全部条数；“不同文本”将内容基本相同的同文意见各并为一件；"
    "“涉及人数”按来源给出的用户标识去重，没有标识的每条计一人。归并只作标注，不隐藏任何一条。"
)
NOTE_HEAT = "热度指数为本平台自定口径，国家未规定统一公式；各组成部分见数据附件。"
NOTE_PROPOSED_KIND = "来源未注明诉求类型的，由机器提出建议类型，未经人工核定。"
NOTE_PERCENT = "各占比保留两位小数、四舍五入，合计可能与100.00%略有出入。"
NOTE_SMALL = "样本不足{limit}条的，图中标“样本少”，不宜据此比较。"


def numeral(n: int) -> str:
    """n in Chinese numerals, for headings; 1 ≤ n ≤ 99."""
    if not 1 <= n <= 99:
        raise ValueError(f"headings are numbered 1 to 99, not {n}")
    tens, units = divmod(n, 10)
    if tens == 0:
        return NUMERALS[units - 1]
    head = "十" if tens == 1 else NUMERALS[tens - 1] + "十"
    return head + (NUMERALS[units - 1] if units else "")
