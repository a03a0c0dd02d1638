"""Draft texts to the tree 编 / 章 / 节 / 条 / 款 / 项, every source paragraph accounted for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.drafts.parsing import EmptyText, FileTooLarge, Kind, Node, ParsedDraft, parse_text, stable_keys

REGULATIONS = Path(__file__).resolve().parents[3] / "shared" / "data" / "regulations"

STATUTE = """# 河沿市电动自行车停放管理办法
（征求意见稿）

2026年3月1日 市政府法制机构公布

## 第一章　总　　则

第一条 为了规范电动自行车停放，维护公共秩序，制定本办法。

第二条　本市行政区域内电动自行车的停放，适用本办法。
法律、法规另有规定的，从其规定。

第三条 有下列情形之一的，依照第九条规定处理：
（一）占用消防通道的；
（二）在楼道内充电的：
1. 使用飞线的；
2. 使用改装电池的；
（三）其他情形。
前款第三项的具体办法另行制定。

## 第二章 管 理 与 服务

### 第一节 设施

第四条 区人民政府负责设置停放点。

第四条之一 【充电】 充电设施应当符合标准。

### 第二节 监督

第五条 违反本办法的，由街道办事处责令改正。

## 第三章 附则

第六条 本办法自2026年10月1日起施行。
"""


def shape(nodes: list[Node]) -> list[object]:
    """Label or text of each node, with those below it."""
    return [(n.label or n.text[:6], shape(n.children)) if n.children else (n.label or n.text[:6]) for n in nodes]


def articles(parsed: ParsedDraft) -> list[str]:
    return [str(node.number) for node in parsed.walk() if node.kind is Kind.ARTICLE]


def squeezed(text: str) -> str:
    return re.sub(r"[\s#*]", "", text)


def accounted(parsed: ParsedDraft) -> bool:
    """Whether title, preamble and nodes together are the source's paragraphs, in order, nothing twice."""
    printed = "".join(
        n.label + (f"【{n.heading}】" if n.kind is Kind.ARTICLE and n.heading else n.heading) + n.text
        for n in parsed.walk()
    )
    return squeezed(parsed.title + "".join(parsed.preamble) + printed) == squeezed("".join(parsed.paragraphs))


def test_a_statute_becomes_a_tree_of_chapters_sections_articles_paragraphs_and_items() -> None:
    parsed = parse_text(STATUTE)
    assert parsed.title == "河沿市电动自行车停放管理办法（征求意见稿）"
    assert parsed.preamble == ["2026年3月1日 市政府法制机构公布"]
    assert shape(parsed.nodes) == [
        ("第一章", [
            "第一条",
            ("第二条", ["法律、法规另"]),
            ("第三条", ["（一）", ("（二）", ["1.", "2."]), "（三）", "前款第三项的"]),
        ]),
        ("第二章", [("第一节", ["第四条", "第四条之一"]), ("第二节", ["第五条"])]),
        ("第三章", ["第六条"]),
    ]  # fmt: skip
    assert [n.heading for n in parsed.nodes] == ["总则", "管 理 与 服务", "附则"]
    assert parsed.warnings == [] and accounted(parsed)


def test_articles_have_their_number_caption_and_text_apart() -> None:
    found = {n.label: n for n in parse_text(STATUTE).walk()}
    assert found["第四条之一"].number == "4-1"
    assert found["第四条之一"].heading == "充电" and found["第四条之一"].text == "充电设施应当符合标准。"
    assert found["（二）"].kind is Kind.ITEM and found["（二）"].number == "2"
    second = found["第二条"].children[0]
    assert (second.kind, second.number, second.label) == (Kind.PARAGRAPH, "2", "")


@pytest.mark.parametrize(
    "line",
    [
        "第二条规定的情形除外。",
        "第二条、第三条所列事项从其规定。",
        "第二条的规定不适用于本条。",
        "第二条 第一款规定的事项。",
        "第二条和第四条另有规定。",
        "第九条 另有规定的除外。",
        "依照第二条 办理。",
    ],
)
def test_a_line_that_speaks_of_an_article_starts_none(line: str) -> None:
    parsed = parse_text(f"办法\n第一条 有下列情形的，依照本办法\n{line}\n第二条 本办法自公布之日起施行。")
    assert articles(parsed) == ["1", "2"] and accounted(parsed)
    assert parsed.nodes[0].children[0].text == line


def test_labels_are_read_without_a_blank_after_them_and_with_blanks_inside() -> None:
    parsed = parse_text(
        "办法\n第 一 章总则\n第一条为了规范停放，制定本办法。\n第 二 条　适用范围为本市。\n第３条 施行。"
    )
    assert articles(parsed) == ["1", "2", "3"] and parsed.nodes[0].heading == "总则"
    assert [n.label for n in parsed.nodes[0].children] == ["第一条", "第二条", "第３条"]


def test_several_articles_on_one_line_are_taken_apart() -> None:
    parsed = parse_text("办法\n第一章 总则 第一条 为了规范，制定。第二条 本市适用。依照第三条 执行。\n第三条 施行。")
    assert articles(parsed) == ["1", "2", "3"] and accounted(parsed)


def test_a_label_alone_on_its_line_takes_the_next_line_as_its_text() -> None:
    parsed = parse_text("办法\n第一条\n为了规范停放，制定本办法。\n第二条\n本市适用。")
    assert [n.text for n in parsed.nodes] == ["为了规范停放，制定本办法。", "本市适用。"]


def test_numbers_beyond_a_hundred_are_read() -> None:
    han = ["九十八", "九十九", "一百", "一百〇一", "一百零二", "一百零三"]
    parsed = parse_text("法典\n" + "\n".join(f"第{n}条 内容。" for n in ["一", *han]))
    assert articles(parsed) == ["1", "98", "99", "100", "101", "102", "103"]
    assert len(parsed.warnings) == 1 and "第九十八条" in str(parsed.warnings[0])


def test_articles_quoted_by_an_amendment_stay_inside_the_sentence_that_quotes_them() -> None:
    parsed = parse_text(
        "修正草案\n第一条 将第五条修改为：“第五条 应当登记。\n第八条 不得占道。”\n第二条 删去第九条。\n第三条 施行。"
    )
    assert articles(parsed) == ["1", "2", "3"]
    assert parsed.nodes[0].children[0].text.startswith("第八条") and accounted(parsed)


def test_a_missing_closing_quotation_mark_does_not_swallow_the_next_chapter() -> None:
    parsed = parse_text(
        "办法\n第一章 总则\n第一条 所称“停放点，是指划定的区域。\n第二章 罚则\n第二条 处罚。\n第三条 施行。"
    )
    assert [len(n.children) for n in parsed.nodes] == [1, 2] and articles(parsed) == ["1", "2", "3"]


def test_a_mark_after_the_label_does_not_hide_an_article() -> None:
    parsed = parse_text(
        "办法\n第一条、为了规范停放。\n第二条：本市适用。\n第二条、第三条另有规定的除外。\n第三条. 施行。"
    )
    assert articles(parsed) == ["1", "2", "3"] and accounted(parsed)
    assert [n.text for n in parsed.nodes] == ["为了规范停放。", "本市适用。", "施行。"]


def test_a_table_of_contents_is_kept_before_the_text_and_not_taken_for_it() -> None:
    parsed = parse_text(
        "停放办法\n目　录\n第一章　总则……1\n第二章　罚则……3\n第一章　总则\n第一条 制定。\n第二章　罚则\n第二条 处罚。"
    )
    assert [n.label for n in parsed.nodes] == ["第一章", "第二章"] and articles(parsed) == ["1", "2"]
    assert parsed.preamble == ["目　录", "第一章　总则……1", "第二章　罚则……3"] and accounted(parsed)


def test_a_chapter_without_a_number_is_a_chapter() -> None:
    parsed = parse_text("办法\n总　则\n第一条 甲。\n第二章 管理\n第二条 乙。\n附则\n第三条 丙。")
    assert [(n.label, n.heading) for n in parsed.nodes] == [("", "总则"), ("第二章", "管理"), ("", "附则")]
    assert articles(parsed) == ["1", "2", "3"] and accounted(parsed)


def test_a_long_paragraph_marked_as_a_heading_is_text() -> None:
    parsed = parse_text("# 方案\n## 背景\n## " + "长" * 300 + "\n## 第一章 " + "长" * 300)
    assert all(len(n.heading) <= 200 for n in parsed.walk()) and accounted(parsed)


def test_an_annex_is_no_part_of_the_last_article() -> None:
    parsed = parse_text("办法\n第一条 制定。\n第二条 施行。\n附件1\n停放点设置标准\n第一条 宽度不少于一米。")
    assert [n.label for n in parsed.nodes] == ["第一条", "第二条", "附件1"]
    assert [n.label for n in parsed.nodes[2].children if n.label] == ["第一条"]
    keys = list(stable_keys(parsed).values())
    assert len(set(keys)) == len(keys)


PLAN = """河沿市老旧小区改造行动方案
为改善居住条件，制定本方案。
一、总体要求
坚持民生优先。
二、主要任务
（一）完善配套设施。增设充电桩，修补道路。
（二）整治环境
1. 清理楼道。
2. 增补绿化：
（1）种树；
（2）种草。
由社区负责。
三、各单位应当于每年年底前报送进展。
"""


def test_a_plan_without_articles_is_read_by_its_own_levels() -> None:
    parsed = parse_text(PLAN)
    assert parsed.preamble == ["为改善居住条件，制定本方案。"]
    assert shape(parsed.nodes) == [
        ("一、", ["坚持民生优先"]),
        ("二、", ["（一）", ("（二）", ["1.", ("2.", ["（1）", ("（2）", ["由社区负责。"])])])]),
        "三、",
    ]
    assert [n.kind for n in parsed.nodes] == [Kind.CHAPTER, Kind.CHAPTER, Kind.ITEM]
    assert parsed.nodes[0].heading == "总体要求" and parsed.nodes[1].children[1].heading == "整治环境"
    assert accounted(parsed)


def test_markdown_headings_without_numbers_are_chapters_of_a_plan() -> None:
    parsed = parse_text("# 方案\n## 背景\n楼道堆物多。\n## **措施**\n### 清理\n先清楼道。\n### 宣传\n再贴告示。")
    assert [(n.kind, n.heading) for n in parsed.nodes] == [(Kind.CHAPTER, "背景"), (Kind.CHAPTER, "措施")]
    assert [n.heading for n in parsed.nodes[1].children] == ["清理", "宣传"] and accounted(parsed)


def test_a_text_without_numbering_gives_one_clause_per_paragraph() -> None:
    parsed = parse_text("关于楼道堆物的通知\n请各位居民清理。\n三日后统一清运。")
    assert parsed.title == "关于楼道堆物的通知"
    assert [n.text for n in parsed.nodes] == ["请各位居民清理。", "三日后统一清运。"] and parsed.warnings


@pytest.mark.parametrize("line", ["2026年起实施。", "1.5米以内的除外。", "12345热线负责。", "3月底前完成。"])
def test_a_line_that_begins_with_digits_is_not_always_an_item(line: str) -> None:
    parsed = parse_text(f"办法\n第一条 制定。\n{line}\n第二条 施行。")
    assert parsed.nodes[0].children[0].kind is Kind.PARAGRAPH


def test_a_jump_in_the_numbers_is_told_and_nothing_is_lost() -> None:
    parsed = parse_text("办法\n第一条 甲。\n第二条 乙。\n第四条 丁。\n第五条 戊。")
    assert articles(parsed) == ["1", "2", "4", "5"] and len(parsed.warnings) == 1


@pytest.mark.parametrize("text", ["", " \n\u3000\n", "\u200b", "<!-- nothing -->"])
def test_a_text_with_nothing_in_it_is_a_situation(text: str) -> None:
    with pytest.raises(EmptyText):
        parse_text(text)


def test_a_text_longer_than_any_draft_is_refused() -> None:
    with pytest.raises(FileTooLarge):
        parse_text("第一条 长。" * 200_000)


@pytest.mark.parametrize("evil", ["<!--", "**a", "第", "“", "第一条 。第", "（", "# ", "第 一 "])
def test_a_hostile_text_of_one_line_takes_no_more_than_a_long_one(evil: str) -> None:
    # Quadratic time would keep the suite for minutes here.
    assert parse_text("题目\n" + evil * 100_000).nodes


def test_keys_name_kind_and_number_and_stay_when_an_article_moves_to_another_chapter() -> None:
    first = parse_text("办法\n第一章 甲\n第一条 一。\n第二条 二：\n（一）子；\n第二章 乙\n第三条 三。")
    moved = parse_text("办法\n第一章 甲\n第一条 一。\n第二章 乙\n第二条 二：\n（一）子；\n第三条 三。")
    keys = {n.label: stable_keys(first)[id(n)] for n in first.walk()}
    assert keys["第二条"] == "article:2" and keys["（一）"] == "article:2/item:1"
    again = {n.label: stable_keys(moved)[id(n)] for n in moved.walk()}
    assert {k: v for k, v in keys.items() if "章" not in k} == {k: v for k, v in again.items() if "章" not in k}
    assert all(len(key) <= 60 for key in keys.values())


#: Lines as drafts have them, one apart from the next by a slash, in any order.
PIECES = (
    "第一条 甲。/第二条乙/第三条/第一章 总则/第二章/第一节 丙/（一）丁；/1. 戊/一、总则/目录/附件1/"
    "“第五条 引文。/结束。”/正文。/# 标题/## 第二章 又/**第四条** 己。/| 表 | 格 |/\u3000/第十条之一 庚。/①辛"
)


@given(st.lists(st.sampled_from(PIECES.split("/")), max_size=30))
def test_whatever_the_order_of_lines_every_paragraph_is_in_exactly_one_place(lines: list[str]) -> None:
    try:
        parsed = parse_text("\n".join(lines))
    except EmptyText:
        return
    assert accounted(parsed)
    keys = list(stable_keys(parsed).values())
    assert len(keys) == len(set(keys)) == sum(1 for _ in parsed.walk())
    again = parse_text("\n".join(parsed.paragraphs))
    assert (again.title, again.preamble, again.nodes) == (parsed.title, parsed.preamble, parsed.nodes)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("北京市机动车停车条例(2021-09-24).md", 43),
        ("北京市机动车停车条例(2024-03-29).md", 43),
        ("上海市养犬管理条例.md", 61),
        ("北京市环境噪声污染防治办法.md", 47),
        ("重大行政决策程序暂行条例(2019-04-20).md", 44),
    ],
)
def test_a_real_regulation_has_all_its_articles_in_its_chapters(name: str, count: int) -> None:
    path = REGULATIONS / name
    if not path.exists():
        pytest.skip(f"real data not present: {path}")
    parsed = parse_text(path.read_text(encoding="utf-8"))
    assert articles(parsed) == [str(number) for number in range(1, count + 1)]
    assert all(node.kind is Kind.CHAPTER and node.heading for node in parsed.nodes)
    assert [node.number for node in parsed.nodes] == [str(n + 1) for n in range(len(parsed.nodes))]
    assert parsed.warnings == [] and accounted(parsed)
