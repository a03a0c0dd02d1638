"""Personal names where a text introduces them, so that they can be covered.

No dictionary can tell every name in running text; what is found is a surname with what follows, where the words
around it say that a person is being named: 我叫…, 姓名：…, …先生.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_DOUBLE = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|长孙|宇文|夏侯|端木|轩辕|南宫|独孤|闻人|赫连|澹台|申屠|淳于|单于|太史|钟离"
_SINGLE = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅"
    "方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关"
    "兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连"
    "芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊"
)
_SURNAME = f"(?:{_DOUBLE}|[{_SINGLE}])"
_GIVEN = r"[\u4e00-\u9fa5]{1,2}"
_NAME = f"{_SURNAME}{_GIVEN}"
#: What cannot be part of a given name: words that follow a name, or that begin with a surname's character.
_STOP = "以来的了是在有和与及或也都就把被让给对向从到为因不没很我你他她它们这那哪啥吗呢吧啊"

_ROLES = (
    "投诉人|举报人|反映人|信访人|申请人|报名人|当事人|负责人|户主|来电人|留言人|求助人|法定代表人|法人代表|法人|"
    "经办人|收件人|持卡人|患者|房东|署名|落款|此致敬礼|移民|控告人|原告|被告|受害人|死者|伤者|学生|家长|村民|居民|业主|市民"
)
#: A label that announces a name: 姓名：…, 联系人 …. After a colon anything of a name's length is one.
_LABELLED = re.compile(
    rf"(?:姓\s{{0,4}}名|户\s?名|联\s?系\s?人|联络人)\s{{0,2}}(?:[:：]|是|为|叫)\s{{0,2}}"
    rf"({_NAME}|(?<=[:：])[\u4e00-\u9fa5]{{2,4}}(?=[\s,，。;；、（(]|$))"
)
_ROLE = re.compile(rf"(?:{_ROLES})\s{{0,2}}(?:[:：]|叫)\s{{0,2}}({_NAME})")
_ROLE_BEFORE_BREAK = re.compile(
    rf"(?:村民|居民|业主|市民|员工|职工|学生|学子|农民|老兵|教师)({_NAME})(?=[,，。:：（(、\s]|$)"
)
_NAMED = re.compile(
    r"(?:我(?:的名字)?叫|我名叫|我是叫|名字(?:叫|是)|名叫|本人叫|化名|真名叫?|鄙人|"
    r"(?:他|她|孩子|儿子|女儿|丈夫|妻子|父亲|母亲|老公|老婆)(?:名)?叫)"
    rf"(?:做|作)?\s?[“\"「]?({_NAME})"
)
_SELF = re.compile(
    rf"(?:本人|我是|我系|我乃)\s?[:：,，]?\s?({_NAME})(?=[\s,，。;；（(、！!]|$|现|今年|男|女|家住|身份证|电话|手机|系)"
)
_BEFORE_ID = re.compile(
    rf"(?<![\u4e00-\u9fa5])({_NAME})"
    r"(?=\s?[,，、（(:：]?\s?(?:[男女](?![\u4e00-\u9fa5])|身份证|电话|手机|联系电话|联系方式|1[3-9]\d[\s\-]?[\d*]{4}))"
)
#: Officials named with their office (书记, 局长) act in public and stay; these are private persons.
_COURTESY = re.compile(r"先生|女士|小姐|同志(?!们)|师傅|大爷|大妈|阿姨|夫妇|夫妻|老师|医生|律师")
#: Surnames that are ordinary words as well: inside a sentence they begin no name before a courtesy.
_ORDINARY = frozenset("和时位任车章管常查关于向从原商楼安路边高成应方全明乐万有满包项连单计简解尤谈沙党景席")

#: Words that begin with a surname's character and are no names.
_NO_NAMES = frozenset(
    """高中 高级 高速 高新 高铁 高层 高校 高考 高管 成都 成人 成年 成员 安全 安置 安装 安徽 安保 方面 方便 方案 文明 文化 文件 武汉 江苏 江西 江南 江北
    金融 金额 石油 万元 万达 万科 万人 时间 时候 时代 路灯 路人 路段 路口 路边 车主 车辆 车站 车间 房东 房主 房产 房屋 管理 管道 管家 包括 包工 解放 解决 应该
    应当 关于 关系 关注 关心 连续 连锁 全体 全部 全家 全国 全市 项目 单位 单元 左右 向来 向导 常年 常务 常委 常住 田地 林业 林场 水利 农民 农村 农业 农户 农行 司机
    司法 师傅 和平 明确 明白 明年 明显 和谐 位置 满意 白天 白色 黄金 黄色 马上 马路 牛奶 龙头 雷锋 温度 康复 施工 易燃 孔子 向阳 汤圆 任何 任务 任职 何时 何地 何人
    余额 余下 余人 华人 华为 华润 商户 商铺 商业 商家 商场 商贩 商品 官员 官方 原来 原告 原因 原住 南方 南边 党员 党委 党组 宫颈 景区 席位 卫生 卫健 米粉 米兰 古镇
    党支 盘点 劳动 劳务 储蓄 皮肤 查看 查询 查处 谈话 封闭 乐队 许多 许可 严重 严格 严禁 古城 沙子 沙石 池塘 边上 边境 荣誉 沙发 麻烦 谷底 曲线 甘肃 祝福 祝愿
    宁愿 宁波 宁可 尚未 尚且 季度 成本 成功 成立 路过 游客 游泳 盛世 古代 吉林 吉利 简单 计划 阳台 阳光 苗木 童年 毕业 毕竟 时常 连夜 司令 农贸 农药 史上 史料 贺龙 顾客 顾问 毛病 毛坯
    钱款 武装 武警 严厉 莫名 文艺 文旅 牛肉 安静 安排 安康 乔木 颜色 庄稼 章程 申请 申报 申诉 关闭 关爱 左边 左转 包裹 包装 包庇 舒适 符合 纪委 纪律 纪检 梅花 凌晨 单独 单车 单身 季节
    成绩 翁婿 冉冉 蓝天 蓝色 路面 游乐 管委 管网 管制 管线 蒙古 华夏 房管 房贷 房价 房租 解除 解释 艾滋 尤其 阳性 时段 卓越 古树 连接 连带 景观 党政 费用 冷库 冷漠 席卷 卫星 米饭
    全程 全面 全天 应急 应聘 边缘 师生 师范 和解 仇恨 商务 商标 商量 商住 沙漠 荣获 明珠 明星 明细 池子 查封 谈判 封路 官网 官司 南北 班主 班级 班车 储备 原则 原本 原有 原材 燕子 楚府 劳保
    粟米 盘龙 满足 位于 高度 高价 高温 高压 高峰 林立 林木 何况 何必 何去 罗列 梁上 谢谢 宋体 唐代 许诺 韩国 曹操 曾经 田园 董事 程序 程度 苏州 苏醒 任意 任由 沈阳 姚明 姜汤 钟头 陆续 陆军
    汪洋 范围 金属 金牌 石头 石材 贾府 夏天 夏季 方式 方向 方法 白云 白领 江河 江边 段落 雷电 侯门 龙华 史无 陶瓷 黎明 毛巾 万一 万分 万般 钱财 严肃 武术 戴上 莫非 孔洞 向上 汤料 常规 常常 常见
    温馨 温泉 康乐 施压 施行 文字 文章 牛羊 安心 安监 齐全 易拉 易发 欧洲 关门 关键 关停 关联 兰花 焦虑 焦急 左侧 柳树 甘愿 祝您 包含 宁静 尚有 党费 安检 任课 班长 楼上 楼下 原西 商所 高度 全天 时任 单是 水电 庄家 管部 常客 同学 家长 位男 位女""".split()
)


def found_names(text: str) -> Iterator[tuple[int, int]]:
    """Spans of personal names that `text` introduces; the first character is the surname's."""
    for pattern in (_LABELLED, _ROLE, _ROLE_BEFORE_BREAK, _NAMED, _SELF, _BEFORE_ID):
        for match in pattern.finditer(text):
            start, end = _trimmed(text, *match.span(1))
            if end - start >= 2:
                yield start, end
    yield from _titled_names(text)


def _titled_names(text: str) -> Iterator[tuple[int, int]]:
    """Full names before 先生 or 女士; a surname alone (张先生) tells nobody's name and stays."""
    for match in _COURTESY.finditer(text):
        for length in (4, 3, 2):
            start = match.start() - length
            if start < 0:
                continue
            name = text[start : match.start()]
            if re.fullmatch(_DOUBLE, name):
                break
            if name[0] in _ORDINARY and start and "\u4e00" <= text[start - 1] <= "\u9fa5":
                continue
            if length == 2 and match.group() in ("老师", "医生", "律师"):
                continue
            if not re.fullmatch(_NAME, name) or any(c in _STOP for c in name[1:]) or name[:2] in _NO_NAMES:
                continue
            yield start, match.start()
            break


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without what follows a name, or an empty span when it is no name."""
    if text[start : start + 2] in _NO_NAMES or text[start] in _STOP:
        return start, start
    for place in range(start + 1, end):
        if text[place] in _STOP:
            return start, place
    return start, end
