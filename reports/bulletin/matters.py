"""What a matter is about, and whose matter that usually is: the ground of a suggestion.

The departments are those that county and city governments have for such matters since the reform of
2018; a place may have divided them otherwise, so a suggestion always says that a person must confirm it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from reports.model import Kind


@dataclass(frozen=True, slots=True)
class Matter:
    """A kind of matter: the departments that lead, and what can be done about it."""

    words: re.Pattern[str]
    leads: str
    measure: str


#: Tried in this order where two are named equally often: what is dangerous or unlawful first.
MATTERS: tuple[Matter, ...] = (
    Matter(
        re.compile("诈骗|集资|传销|立案|经侦|刑事|涉黑|涉恶|跑路|车贷|网贷|P2P|p2p"),
        "公安、地方金融管理部门",
        "涉嫌违法犯罪的线索依法移送公安、金融监管等主管部门，依规向诉求人告知办理渠道和可以公开的进展",
    ),
    Matter(
        re.compile("黑臭|发黑发臭|河水|河道|污水|水体|排污口"),
        "生态环境、水务部门",
        "沿线溯源排查排污口并采样检测，公布水质结果；查实的排污单位依法处理，列明治理措施和完成时间",
    ),
    Matter(
        re.compile("搅拌站|噪音|噪声|扬尘|粉尘|异味|恶臭|臭气|臭味|油烟|排污|废气|污染|垃圾焚烧"),
        "生态环境、城市管理部门",
        "安排昼夜现场监测，核验环评和审批手续，公布监测结果；超标或违建的依法责令整改并公布整改期限",
    ),
    Matter(
        re.compile("高压线|变电站|基站|电磁|辐射|加油站|化工"),
        "自然资源和规划、生态环境部门",
        "公开选址依据、环评结论和安全距离，组织居民沟通会；未批先建的依法处理",
    ),
    Matter(
        re.compile("拖欠|欠薪|工资|社保|养老金|劳动合同|工伤|加班"),
        "人力资源社会保障部门",
        "逐户核对拖欠或参保情况，责令限期支付或补缴，必要时引导仲裁并提供法律援助",
    ),
    Matter(
        re.compile("捆绑|车位|购房|房产证|交房|开发商|楼盘|烂尾|公积金|物业|业委会|维修基金|毛坯|精装"),
        "住房城乡建设部门（涉及价格和强制搭售的会同市场监管部门）",
        "约谈开发企业或物业企业，核查合同、预售和收费备案，责令纠正违规做法，并把结果书面告知全体当事业主",
    ),
    Matter(
        re.compile("拆迁|征收|征地|安置|棚改|旧城改造|危房|违建|违章建筑|规划"),
        "自然资源和规划、住房城乡建设部门",
        "公开规划、征收和改造的依据与时间安排，逐户说明补偿安置情况；不能按期的说明原因和新的节点",
    ),
    Matter(
        re.compile("地铁|高铁|公交|班次|停运|站点|出租车|网约车|客运|轨道|车站|一卡通"),
        "交通运输部门（会同轨道、铁路等建设运营单位）",
        "说明线路、站点和出入口的规划依据与建设时间，对群众提出的方案逐条答复能否采纳",
    ),
    Matter(
        re.compile("道路|马路|路面|路灯|红绿灯|拥堵|堵车|停车|斑马线|行车|渣土|土堆|出行难|限行|交通信号"),
        "公安交管、城市管理部门",
        "现场勘查并提出整治方案，能立即清理、修复的先行处置，需要立项的公布时间表",
    ),
    Matter(
        re.compile("学校|小学|中学|幼儿园|学区|招生|学位|补课|培训班|教师|学生|学费"),
        "教育部门",
        "核实学校或机构的做法，统一说明招生、收费等政策口径，违规的责令整改并退还费用",
    ),
    Matter(
        re.compile("医院|医生|医保|疫苗|卫生院|看病|药品|病历|独生子女|生育"),
        "卫生健康、医疗保障部门",
        "核查诊疗、收费或待遇落实情况，逐件答复，政策问题统一解释",
    ),
    Matter(
        re.compile("停水|供水|水质|自来水|停电|供电|电价|燃气|天然气|供暖|暖气"),
        "住房城乡建设、水务和能源主管部门（会同供应企业）",
        "查明停供或质量问题的原因，公布恢复时间和应急办法，按规定减免或补偿",
    ),
    Matter(
        re.compile("食品|价格|涨价|消费者|退款|假冒|虚假宣传|餐馆|饭店|预付卡|会员|退费|健身房"),
        "市场监管部门",
        "检查经营者资质和收费，组织调解退赔，违法的依法查处并公布结果",
    ),
    Matter(
        re.compile("流浪狗|流浪犬|养犬|遛狗|遛犬|恶犬|狗咬|犬只"),
        "公安、城市管理部门",
        "及时收容处置，加强重点时段巡查和犬只登记，公布举报电话和处置情况",
    ),
    Matter(
        re.compile("低保|残疾|养老|救助|贫困|扶贫|孤儿|特困"),
        "民政、残联等部门",
        "上门核实困难情况，符合条件的及时纳入保障，不符合的说明依据和其他救助渠道",
    ),
    Matter(
        re.compile("农田|农村|村民|村委|耕地|水渠|灌溉|宅基地|土地流转|鱼塘"),
        "农业农村部门（会同乡镇政府）",
        "到村核实，公开有关账目和合同，组织村民会议协商，侵害权益的依规纠正",
    ),
)

#: Named by at least this share of an issue's texts, a matter is the issue's.
LEAST_SHARE = 0.3

MEASURES: dict[Kind, str] = {
    Kind.ENQUIRY: "集中解答政策和办理流程，形成统一口径并在回应栏目公开",
    Kind.PROPOSAL: "逐条研究可行性，说明采纳情况和理由",
    Kind.PLEA: "上门或电话核实困难，明确办理人和办理步骤，办结后回访",
    Kind.COMPLAINT: "现场核查，属实的列出整改事项和责任人，整改结果统一答复全部诉求人",
    Kind.REPORT: "依规受理、保密核查，查实的依法处理并反馈结果",
    Kind.PRAISE: "将有效做法向同类事项推广",
    Kind.OTHER: "明确主办单位，核实情况后统一答复",
}


def matter_of(title: str, texts: Iterable[str]) -> Matter | None:
    """What an issue is about: what its title names, or else what most of its texts name; None when neither is clear."""
    named = [matter for matter in MATTERS if matter.words.search(title)]
    said = Counter[int]()
    total = 0
    for text in texts:
        total += 1
        said.update(n for n, matter in enumerate(MATTERS) if matter.words.search(text))
    if named:
        return max(named, key=lambda matter: said[MATTERS.index(matter)])
    if not said:
        return None
    n, count = max(said.items(), key=lambda pair: (pair[1], -pair[0]))
    return MATTERS[n] if count >= total * LEAST_SHARE else None
