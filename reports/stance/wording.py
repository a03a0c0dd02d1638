"""Phrases whose words say something else than the phrase, put into plain words before a text is judged.

Weights of single words cannot know that 没有理由不支持 supports, that 反对派 and 支持社保卡 take no stand, or that
邻居都说反对 is told of others. So these are said again in words that the classifier knows: 支持, 不赞成, 无异议
(nothing against it) and 看法 (a view that is not the author's, or none).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.scoring.simplify import simplify

_FOR = "(?:支持|赞成|赞同|同意|拥护|认同|认可|看好)"
_VIEW = f"(?:不?{_FOR}|不?反对|不赞成|无异议)"
_OTHERS = (
    "(?:(?:听说|据说|据报道，?|看到|知道)?"
    "(?:有的|有些|某些|一半|半数|三分之[一二]|一些|很多|许多|不少|好多|部分|个别|多数|大部分|大多数|少数|周边|别的|其他|有)的?"
    "(?:业主|居民|住户|邻居|街坊|群众|网友|市民|家长|老人|年轻人|商户|司机|村民|朋友|同事|专家|代表|人)们?"
    "|邻居们?|网友们?|专家们?|别人|人家|他们|她们|[他她]|开发商|物业|(?:我|俺|我们)?(?:妈|爸|爹|娘|老伴|老公|老婆|爱人"
    "|儿子|女儿|婆婆|公公|爷爷|奶奶|同事|朋友|邻居|对门|楼上|楼下)|法院|政府|部门|单位|公司|学校|银行|社区|街道|村委会"
    "|居委会|业委会|厂家|商家|店家|卖家|客服|甲方|乙方|对方|房东|房主|楼[上下](?:几户|几家|邻居|的)?"
    "|[一二三四五六七八九十]楼的?(?:几户|住户)?)"
)
#: What may stand between who has a view and the view.
_BETWEEN = (
    "(?:都|竟然?|不给|不予|也不|就是不|也|全|均|却|则|倒|更|很|是|说|表示|声称|当然|比较|普遍|一直|坚决|强烈|非常|完全|明确"
    "|纷纷|好像|似乎|可能|跟我说|是在){0,3}"
)
#: Nobody's view alone: 我和邻居都支持 is the author's too.
_NOT_WITH_ME = "(?<![和与跟同及、其我俺咱])(?<![我咱俺]们)(?<![我咱俺]家)"
_UNSURE = "不|谈不上|说不上|没有?"
_PERSONS = "人|住户|业主|居民|邻居|村民|群众|代表|一方"
_SYSTEMS = "系统|软件|平台|手机|设备|机器|终端|网站|页面|接口|窗口|电脑|APP|app|[一-龥]卡|机"
_USES = (
    "下载|打印|刷卡|扫码|支付|退款|退货|上传|登录|查询|认证|安装|注册|在线|网上|微信|支付宝|现金|异地|医保|社保|充电"
    "|车型|机型|型号|格式|版本"
)
_NO_SUPPORT = (
    "谈不上|算不上|说不上|难以|很难|难于|实难|无法|没法|没办法|不能|不可能|不敢|不会|不想|不愿|不愿意|哪能|怎么能|怎能|岂能"
    "|恕难|恕不|绝不|绝对不|决不|坚决不|从不|并不|不太|不大|不|谁会|谁能|谁还会"
)

#: In this order: a phrase once put into plain words is read no further.
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        # Neither, or not yet.
        (f"既?(?:{_UNSURE}){_FOR}[，、,]?[也又都]?(?:{_UNSURE}|没说)(?:什么)?反对", "还没想好"),
        (f"没有?(?:表示|说|讲)过?{_FOR}[，、,]?[也又]?没有?(?:表示|说|讲)过?反对", "还没想好"),
        (f"既?(?:{_UNSURE})反对[，、,]?[也又都]?(?:{_UNSURE}){_FOR}", "还没想好"),
        # The words without a view of the author's.
        (f"{_FOR}(?:还是|或者|或是|或|与|和|及|、)(?:不{_FOR}|反对)(?:的(?:人|理由|意见))?", "看法"),
        (f"(?:反对|不{_FOR})(?:还是|或者|或是|或|与|和|及|、){_FOR}(?:的(?:人|理由|意见))?", "看法"),
        ("支不支持|同不同意|赞不赞成|反不反对|是否(?:支持|同意|赞成|反对|认可|赞同)", "有什么看法"),
        (
            "(?:支持|反对|赞成)?(?:支持|反对|赞成)(?:率|者|派|方(?!案|便|法|向|针)|面|声音|呼声|人数|票数|的?一方)",
            "看法",
        ),
        (f"(?:{_FOR}|反对)票(?=要|数|超|多|占|比|有|到|是|怎|能|达|过)", "看法"),
        (
            "(?<!没有)(?<!没有任何)(?<!没什么)(?<!没有什么)(?:反对|不同)的?意见"
            "(?=怎|如|要|应|都|由|在|也|提|被|能|可以|和|与|书|的)",
            "看法",
        ),
        (f"(?:不?{_FOR}|反对)的(?:{_PERSONS})", "有看法的人"),
        ("(?:多少|几个?|哪些|什么)人?投了?(?:反对|赞成|同意)票", "谁有看法"),
        ("同意(?:书|函)", "书面"),
        ("(?:未经|没经|不经|经过?|征得|征求|取得|得到|获得|须经?|需经?)[^，。！？；我]{0,14}同意", "经批准"),
        (
            "(?:业主大会|业委会|组上|村里|村委会|居委会|政府|领导|局里|法院|学校|单位|公司|银行|部门|对方|房东|老板)"
            "(?:都|也|却|仍|已经?|又|就|才)?(?:不|没有?|未)?同意(?!本|这|该|此|草案|方案)",
            "别人批准",
        ),
        (
            "(?:(?:给予|给与|得到|获得|争取|寻求|提供|离不开)[^，。！？；我]{0,12}?|(?:感谢|谢谢)[^，。！？；]{0,14}?"
            "|(?:多亏|亏得|全靠)[^，。！？；]{0,6}?|大力|鼎力|多多|加大|资金|技术|政策|财政|数据|经费)的?支持(?!本|这|该|此|草案|方案|条例|办法|第)"
            "(?:和帮助|与帮助|力度|一下|下|政策)?",
            "帮助",
        ),
        (
            "(?:请|望|希望|恳请|盼|求|恳求)(?:[^，。！？]{0,8}(?:领导|政府|部门|社区|书记|市长|你们|单位|街道|大家|您|上级))"
            "(?:能够|能|可以|能否|给予|多|大力|予以)?支持(?:一下|下)?",
            "请帮助",
        ),
        (f"(?:{_SYSTEMS})[^，。！？]{{0,4}}(?:不|只|还不|暂不|也不|都不|没有|并不|是否|能否)支持", "不能用"),
        (f"不支持(?=(?:我|这|该|此)?(?:的|个|款|种)?(?:{_USES}))", "不能用"),
        # Nothing against it, said by denying opposition.
        (
            "(?:没有?|无|没什么|没有什么|没有任何|找不[出到]|说不出|想不出|哪有|有什么)(?:可|好|什么|任何)?"
            "反对的?(?:道理|理由|意见|必要|余地|的)",
            "无异议",
        ),
        (
            "(?:这么|这样|那么)?[^，。！？]{0,8}"
            "(?:谁会|谁还|谁能|谁又会|有谁会|哪有人会?|何必|干嘛|干吗|为什么要|为啥要)反对(?:呢|啊|呀)",
            "无异议",
        ),
        ("不得不反对|不能不反对|只能反对|只好反对|怎么?能不反对|岂能不反对|不会不反对|哪能不反对", "坚决反对"),
        (
            "(?:并不是|并非|不是|不是说|并不|从来没有?|从来不|从没|从未|从不|绝不|决不|不会|没有?|都不|也不|倒不|不|毫不)"
            "(?:是|要|想|会|曾|在|说)?反对过?",
            "无异议",
        ),
        # Support, said by denying its denial.
        (
            "(?:(?:没有?|哪有|有啥|有什么)(?:什么|任何)?理由不|不能不|不得不|不会不|没有?不|无不|怎么?能不|岂能不|哪能不"
            f"|哪有不|不是不|并非不|不可能不){_FOR}",
            "支持",
        ),
        # Opposition, said by denying support.
        (f"(?:有什么|有啥|没什么|没啥)(?:可|好|值得){_FOR}的?", "不赞成"),
        (f"(?:别指望|休想|别想|甭想|不要指望|想让|要想)(?:我们?|俺们?)[会能来]?{_FOR}", "不赞成"),
        (f"(?:{_NO_SUPPORT})(?:会|能|再|予以?|是)?{_FOR}", "不赞成"),
        # Who would not agree unless something is done names a condition.
        ("除非([^。！？；]{1,40}?)[，,]?(?:否则|不然|要不然?)[^。！？；]{0,6}不赞成", r"条件是\1"),
        # Others' views, and questions about views.
        (f"{_NOT_WITH_ME}{_OTHERS}{_BETWEEN}{_VIEW}", "别人有看法"),
        (
            "(?:谁|哪些|哪个|哪几|什么人|多少|几)个?(?:人|户|业主|居民|部门|单位)?[都在来要]?" + _VIEW,
            "谁有看法",
        ),
        (
            f"(?:为什么|为何|为啥|怎么)(?:要|会|都|还|又|有人|有些人|大家|你们)?{_VIEW}",
            "怎么有看法",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Reworded:
    """A text in plain words, and what was said for each that stands for something else."""

    text: str
    original: str  #: as it was written, simplified
    said: dict[str, str]

    def shown(self, words: str) -> str:
        """`words` of the plain text as they were written; "" where they were not."""
        if words in self.original:
            return words
        for plain, phrase in self.said.items():
            words = words.replace(plain, phrase)
        return words if words in self.original else ""


def reworded(text: str) -> Reworded:
    """`text`, simplified, with its phrases of support and opposition in words that mean what they say."""
    original = text = simplify(text)
    said: dict[str, str] = {}
    for pattern, plain in _PHRASES:

        def replace(found: re.Match[str], plain: str = plain) -> str:
            said.setdefault(plain, found.group())
            return found.expand(plain)

        text = pattern.sub(replace, text)
    return Reworded(text, original, said)
