"""Names of places and organisations in a Chinese text, by rules that prefer silence to a wrong name.

A name ends in one of a closed list of suffixes (小区, 路, 学校, 村 …). Where it begins is found by walking back from
the suffix to the nearest word that cannot be part of a name (在, 位于, 我们, 的 …), to punctuation, or to the end of
another name. What is left is refused when it is empty, too long or an everyday word, so that 我们小区, 这个路 and 道路
are not names. Traditional characters are recognised through a one-to-one table; a name is returned as it stands in
the text.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

#: Only this much of a text is read: the place that matters is said early, and the cost stays bounded.
MOST_CHARS = 20_000
#: A longer run before a suffix is a sentence rather than a name.
LONGEST_STEM = 8
#: A limited company's full name ends in its trade (…物业服务有限公司); so many characters are more than the trade.
LEAST_OF_FIRM = 4


def word_list(text: str) -> list[str]:
    """The words of a block of text, which reads better than a column of quoted strings."""
    return text.split()


_ESTATES = word_list(
    """
    小区 花园 新城 公寓 家园 花苑 雅苑 嘉园 嘉苑 华庭 豪庭 名邸 公馆 山庄 国际城 新村 大厦 广场 商城 工业园
    产业园 科技园 物流园 安置房 社区 名都 半岛 庄园 水岸 学府 首府 御园 丽园 佳园 雅居 名居 新居 苑 府 城 湾
    """
)
_ROADS = ["大道", "步行街", "立交桥", "大桥", "隧道", "路", "街", "巷", "高速"]
_REGIONS = word_list(
    """
    街道办事处 街道办 街道 开发区 高新区 经开区 新区 自治县 镇 乡 村 屯 片区
    """
)
_BODIES = word_list(
    """
    幼儿园 小学 中学 高中 大学 学院 学校 医院 卫生院 地铁站 火车站 高铁站 汽车站 客运站 公交站 首末站 搅拌站
    变电站 加油站 收费站 动物园 植物园 体育馆 体育场 体育中心 图书馆
    博物馆 文化馆 养老院 敬老院 车管所 机场 码头 湿地
    派出所 居委会 村委会 物业公司 有限公司 集团 公司 公园 水库 超市 市场 车站 站 驾校
    """
)

#: Suffixes of one character also end everyday words, so they need a stem of two characters or more.
_SUFFIXES = sorted({*_ESTATES, *_ROADS, *_REGIONS, *_BODIES}, key=lambda s: (-len(s), s))
#: Suffixes that also begin or end everyday words (城市, 城乡建设, 府邸), with what must not stand beside them.
_NOT_BEFORE = {
    "府": "府(?!邸)",
    "湾": "湾(?![区仔])",
    "城": "城(?![市管乡镇区里建投中步际铁轨]|首府)",
    "机场": "(?<!停)机场",
    "镇": "(?<!城)镇",
    "乡": "(?<!城)乡(?![建镇村规亲下土])",
    "村": "村(?![民里委级干])",
}
_SUFFIX = re.compile(
    r"[A-Z]\d{0,2}[市区县镇]|(?:地铁|轻轨|BRT)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})号线|[GS]?\d{2,3}(?:国道|省道|县道)|"
    + "|".join(_NOT_BEFORE.get(suffix, suffix) for suffix in _SUFFIXES)
)
_WHOLE = re.compile(
    r"[A-Z]\d{0,2}[市区县镇]|(?:地铁|轻轨|BRT)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})号线|[GS]?\d{2,3}(?:国道|省道|县道)"
)
_NAME_CHAR = re.compile(r"[㐀-鿿豈-﫿𠀀-𲎯A-Za-z0-9·•]")

#: Characters that stand before a name and never inside one.
_STOPS = frozenset(
    "的在是从与及把被我你他她它您请让由因这那该某各每了着吗呢吧啊跟们就都也还没不很给为对向往至离距叫"
    "而等但且若么些再应使未必才却已所拟说称过走啦哦嘛其只则即均仅"
)
#: Words after which a name may begin; the longest match nearest to the suffix wins.
_OPENERS = re.compile(
    "|".join(
        sorted(
            word_list(
                """
    位于 坐落 座落 坐落于 附近 旁边 旁 对面 隔壁 门口 希望 建议 请问 咨询 反映 反应 投诉 举报 关于 住在 居住
    居住于 市民 居民 业主 村民 家住 家在 属于 属 以及 还有 没有 现在 目前 本人 整个 所有 多个 其他 其它 周边
    沿线 沿着 沿 经过 进入 通过 来到 前往 到达 靠近 临近 紧邻 毗邻 连接 通往 延伸 修建 建设 新建 改造 开通
    增设 取消 设置 规划 强烈 领导 政府 书记 市长 局长 关注 解决 严查 查处 要求 恳请 强烈要求 购买 购买了 买了
    入住 就读 就读于 毕业于 承建 开发 开发商 物业 名为 名叫 所谓 就是 即 到 去 途经 途径 横穿 穿过 毗连 比如
    例如 包括 尤其 特别 一条 两条 这条 那条 几条 一个 两个 三个 几个 许多 很多 部分 每个 有个 有一 交叉口
    交汇处 交界处 路口 原 省 自治区 长期 导致 造成 影响 支持 反对 同意 赞成 感谢 表扬 尊敬 关心 改善 加强 加快
    整治 治理 取缔 拆除 规范 清理 维护 优化 完善 打造 扩建 重建 修缮 修复 搬迁 迁移 更换 根据 按照 督促 使得
    致使 可能 什么 既然 如果 参照 类似于 高于 低于 背靠 必须 符合 告知 掌握 破坏 敦促 纠正 饱受 不是 作为 认为
    以为 正在 已经 曾经 因为 所以 由于 但是 然而 而且 并且 或者 并 任由 随着 对于 其实 试想 据统计 统计 实际
    当时 承诺 严厉打击 打击 选举 毁掉 力争 完成 停靠 右拐 左拐 加盟 报名 临时 售楼部 公示 更改 解除 成立 拐上
    跨 商品房 楼盘 项目 买房 购房 房子 地处 处于 对接 转到 转入 转学 换乘 乘坐 坐 开车 步行 骑车 回到 上到
    区域 南侧 北侧 东侧 西侧 东边 西边 南边 北边 相关部门 部门 单位 上午 下午 晚上 凌晨 禁止 允许 设立 开设
    开办 举办 无法 组织 左右 那么大个 大个 挂牌 成了 存在 出现 发生 拖欠 克扣 侵占 霸占 占用 垄断
    """
            ),
            key=len,
            reverse=True,
        )
    )
)
#: Numbers with what they count or date; a name may begin after them.
_NUMBERED = re.compile(r"\d+(?:月份?|日|年|天|个|小时|多?米|栋|期|多|点半?)")
#: 有 begins what is there (幸有, 建有), but stands inside 国有 and 有色.
_THERE_IS = re.compile(r"(?<![国公共私富所])有(?![色机限])")
#: Everyday words that are in no name: a stem with one of them is a piece of a sentence.
_NEVER = re.compile(
    "|".join(
        word_list(
            """
            无路 投无 普惠 实行
            开展 城镇
            虽然 另外 自己 需要 明显 里面 安排 增加 减轻 减少 推动 拒绝 保管 试问 相信 联系 开始 调查 冒充 最后
            一下 配合 合作 出发 下雨 非法 违法 违规 挂靠 征收 回收 相关 利益 禁停 穿行 高杆 隔音 好找 傻 此次 介入
            审计 妨碍 午睡 烂尾 出租 租赁 扰乱 监督 防止 恢复 新增 利用 冻结 结合 鉴于 难道 觉得 能够 重视 知道
            住进 住院 全天 夜间 半夜 任何 不好 不到 不能 没法 怎样 怎么 如何 结果 后来 前面 后面 左转 右转 掉头
            直达 往返 经常 总是 每天 已是 都是 还是 只有 只能 不得 不准 强行 强制 逼迫 殴打 欺骗 欺负 敲诈 勒索
            投资 找 问 拿 叫 骂 打 欠 催 逼 抓 查 骗 赔 退 卖 买 资料 保证 合同 明确 规定 协议 签订 手续 证明 费用
            收费 价格 工资 房屋 房产 车辆 车位 停车 堵车 噪音 油烟 污水 孩子 老人 学生 家长 老师 医生 保安 司机
            员工 工人 群众 百姓 大家 别人 人员 干部 官员 局 队 方便 成熟 公交线
            """
        )
    )
)
#: 和, 到, 同 … stand inside names too (万和城): they part two names only right after another name's end.
_PARTS_AFTER_NAME = frozenset("和到同或至跟往去、")
#: Stems that make a suffix an everyday word (道路, 政府, 老旧小区), matched against the end of the stem.
_EVERYDAY = re.compile(
    "(?:^|.*)(?:"
    + "|".join(
        word_list(
            """
    道 公 铁 马 线 思 出 修 水泥 油沙 沙石 柏油 沥青 泥 烂 条 另一 某一 同一
    唯一 其一 之一 统一 半 网 电 管 走 让 断 问 回 绕 堵 主 支 辅 环
    岔 高架 快速 政 居民 住宅 老旧 老 旧 安置 商住 生活 别墅 商业 高档 封闭 小 本 此 整 全 全体 其 其他 附近
    周围 周边 相邻 邻近 新建 农民 农村 城市 县 乡 自然 行政 城中 全市 全区 全县 全国 我国 外地 本地 当地 省 市
    国 公办 民办 私立 公立 重点 普通 优质 性 名 家 建 进 入 农 开 商 京 市民 市政 文化 休闲 人民 农贸 菜
    批发 房地产 房产 股票 人才 劳动力 二手房 建筑 物业 地产 开发 施工 工程 投资 担保 保险 贷款 运输 公交
    出租车 客运 物流 快递 供水 自来水 燃气 电力 通信 电信 子 总 分 母 贵 该 外资 国有 央 私营 民营 装修 监理
    租赁 中介 服务 管理 三甲 专科 综合 等级 定点 县级 市级 省级 社区 镇级 三级 二级 中心 辖区 所在 地方 基层
    上级 各级 街道 开发商 房开 车 检查 乡镇 大型 小型 中型 连锁 露天 封闭式 开放式 开放 花园式 现代化 文明
    智慧 幸福 和谐 绿色 安全 美丽 宜居 平安 垃圾 现 于 将 使 读 想 看 可 说 连 中小 中 交叉 终点 十字 后 中转
    质监 基 医疗 妇幼 中医 人社 起点 始发 收费 各大 几所 该所 市属 三所 两所 步行 逛 上 下 大 新 好 美食 小吃
    扫 沿 临 贯穿 单行 断头 机耕 乡村 入户 通村 进城 出入 上下班 回家 上学 必经之 对口 配套 寄宿制 义务教育
    所属 名牌 地级 中心城 贸易 全城 倾 长 党 官 王 学 首 住 住院 新农村 港 台 海
    """
        )
    )
    + ")$"
)
#: Everyday words that many towns have named a road after, and families after which villages are called.
_OF_ROADS = frozenset({"路", "大道"})
_ROAD_STEM = re.compile("(?:人民|文化|幸福|和谐|平安|文明|建设|民生|开放|安全|公园)[东南西北中]?")
_STATIONS = frozenset({"站", "地铁站", "公交站", "车站"})
_OF_VILLAGES = frozenset({"村", "屯", "镇", "乡", "社区"})
_VILLAGE_STEM = re.compile("(?:(?![大国人自农老全别回本搬])[㐀-鿿]家|幸福|平安|和谐|文明)[东南西北上下新大小]?")
_TRADES = ("物业服务", "物业管理", "房地产开发", "建筑工程", "科技", "投资管理")
#: A number of something (3个小区), not a name.
_COUNTED = re.compile(
    r"[\dA-Z]*(?:路|所|个|站|年|号|班|栋|级|期|座|家|条|米)?|[一二三四五六七八九十几两]+(?:路|所|个|级|期|座|家|条)"
)
_REGION_PREFIX = re.compile(r"^(?:[A-Z]\d{0,2}[市区县镇])+")
_LEADING = re.compile(
    "^(?:所有|整个|附近|其中|今天|昨天|最近|每天|周围|左右|以上|以下|之前|之后|时候|时间|问题|也|有|去|到|和|或|上|且|及|来|经|得|多|以|"
    "送|找|除|求|问|报|据|将|底|种|类|样|接|直|靠|系|号|度|于|本来|原来|办成)+"
)


@cache
def _simplified_table() -> dict[int, str]:
    """One traditional character to one simplified one, from the dictionary that opencc ships."""
    lines = (resources.files("opencc") / "dictionary" / "TSCharacters.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if "\t" in line)
    return {ord(old): new.split(" ")[0] for old, new in pairs if len(old) == 1 and len(new.split(" ")[0]) == 1}


@cache
def _traditional() -> frozenset[str]:
    """The characters that the table turns into other ones."""
    return frozenset(chr(old) for old, new in _simplified_table().items() if chr(old) != new)


def simplified(text: str) -> str:
    """The text in simplified characters, of exactly the same length."""
    # Most texts hold no such character, and looking is much faster than replacing.
    return text if _traditional().isdisjoint(text) else text.translate(_simplified_table())


def places(text: str) -> tuple[str, ...]:
    """The names of places, roads, estates and organisations in `text`, each once, in order of appearance."""
    return tuple(dict.fromkeys(text[start:end] for start, end in _spans(text[:MOST_CHARS])))


def _spans(text: str) -> list[tuple[int, int]]:
    plain = simplified(text)
    found: list[tuple[int, int]] = []
    floor = 0
    for match in _SUFFIX.finditer(plain):
        if _WHOLE.fullmatch(match.group()):
            found.append(match.span())
            floor = match.end()
            continue
        start = _start(plain, match.start(), floor)
        # A suffix right after a name (丽发新城 + 小区) adds nothing to it.
        if start is not None and _is_name(plain[start : match.start()], match.group()):
            found.append((start, match.end()))
        floor = match.end()
    return found


def _start(plain: str, suffix_at: int, floor: int) -> int | None:
    """Where the name before a suffix begins, or None when what stands there is no name."""
    start = suffix_at
    while start > floor and suffix_at - start < LONGEST_STEM + 6 and _NAME_CHAR.match(plain[start - 1]):
        if plain[start - 1] in _STOPS:
            break
        start -= 1
    for pattern in (_OPENERS, _NUMBERED, _THERE_IS):
        for opener in pattern.finditer(plain, start, suffix_at):
            start = max(start, opener.end())
    if start == floor and start > 0:
        while start < suffix_at and plain[start] in _PARTS_AFTER_NAME:
            start += 1
    region = _REGION_PREFIX.match(plain[start:suffix_at])
    if region:
        start += region.end()
    leading = _LEADING.match(plain[start:suffix_at])
    if leading:
        start += leading.end()
    return start if 0 < suffix_at - start <= LONGEST_STEM else None


def _is_name(stem: str, suffix: str) -> bool:
    if suffix == "有限公司" and len(stem) >= LEAST_OF_FIRM:
        return not stem.startswith(_TRADES)
    if (suffix in _OF_ROADS and _ROAD_STEM.fullmatch(stem)) or (
        suffix in _OF_VILLAGES and _VILLAGE_STEM.fullmatch(stem)
    ):
        return True
    if suffix in _STATIONS and stem.endswith("中心"):
        return len(stem) > len("市中心") and not _NEVER.search(stem)
    return len(stem) > 1 and not _NEVER.search(stem) and not _COUNTED.fullmatch(stem) and not _EVERYDAY.fullmatch(stem)
