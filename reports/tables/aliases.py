"""The headings by which columns are recognised, the names of each field separated by blanks.

They are taken from real exports: leaders' message boards, 12345 platforms, work-order systems. A heading is compared
after `columns.normalised`, so no alias here has blanks, brackets, capitals
or traditional characters.
"""

from __future__ import annotations

_WORDS = {
    "id": (
        "留言编号 工单编号 编号 受理编号 诉求编号 工单号 诉求单号 受理单号 业务编号 来电编号 信件编号 案件编号 "
        "流水号 受理流水号 通话编号 记录编号 意见编号 单号 问题编号 id no number ticket ticketid caseid callid "
        "messageid submissionid recordid ticketno casenumber orderid 工单流水号 任务号 任务编号 来件编号 业务单号 "
        "服务单号 案号 工单id 事件编号 帖子id 留言id 案件号 信访编号 办件编号 提案编号"
    ),
    "title": (
        "留言主题 诉求标题 留言标题 工单标题 信件标题 标题 主题 诉求主题 来电主题 问题标题 事项名称 反映事项 "
        "诉求事项 title subject topic headline 来信标题 事件标题 题目 主旨 工单主题 帖子标题 案件标题"
    ),
    "text": (
        "留言详情 诉求内容 来电内容 工单内容 留言内容 反映内容 诉求描述 问题描述 内容描述 主要内容 受理内容 "
        "反映问题 诉求详情 信件内容 意见内容 具体内容 事件描述 诉求摘要 内容摘要 来电摘要 意见建议 详细内容 内容 "
        "详情 正文 描述 文本 text content body message description detail details summary comment request 事项内容 "
        "来信内容 来件内容 办件内容 案件内容 提问内容 问题内容 反馈内容 热线内容 建议内容 咨询内容 投诉内容 "
        "举报内容 陈情内容 评论内容 发言内容 帖子内容 通话摘要 案情摘要 工单描述 案件描述 事件内容 情况描述 "
        "主要诉求 群众诉求 诉求 事由 概述 摘要 留言 评论 意见 您的意见"
    ),
    "at": (
        "留言时间 来电时间 诉求时间 受理时间 创建时间 登记时间 提交时间 反映时间 来信时间 工单创建时间 呼入时间 "
        "通话时间 发布时间 建单时间 生成时间 留言日期 来电日期 受理日期 登记日期 创建日期 诉求日期 提交日期 时间 "
        "日期 time date datetime createdat created createtime submittedat timestamp at receivedat calltime 时间戳 "
        "建立时间 来信日期 写信时间 工单时间 通话开始时间 录入时间 反映日期 上报时间 接收时间 进线时间 发布日期 "
        "发帖时间 日期时间 来件时间 投诉时间 发生时间"
    ),
    "author": (
        "留言用户 用户编号 用户id 留言人id 网友 网民 用户名 昵称 用户 作者 user userid author authorid username "
        "callerid 网名 发帖人 评论人 网友id"
    ),
    "likes": (
        "点赞数 赞同数 点赞 支持数 赞成数 附议数 点赞量 赞同 likes upvotes agrees endorsements 赞 获赞数 按赞数 顶 "
        "支持人数 附议 附议人数 点赞人数"
    ),
    "dislikes": "反对数 反对 点踩数 踩 不赞同数 反对量 dislikes downvotes disagrees",
    "channel": (
        "渠道 来源 诉求渠道 受理渠道 诉求来源 工单来源 来源渠道 受理方式 受理途径 来电渠道 信息来源 反映渠道 "
        "反映方式 途径 channel origin medium 服务渠道 反映来源"
    ),
    "kind": (
        "诉求类型 工单类型 诉求类别 工单类别 留言类型 留言类别 信件类型 信件类别 诉求性质 业务类型 类型 类别 kind "
        "type requesttype 来电目的 来电类型 事件类型 案件类别 案件类型 事项性质"
    ),
    "field": (
        "一级分类 一级标签 一级类别 一级 分类一级 领域 所属领域 留言领域 诉求分类 工单分类 问题分类 内容分类 分类 "
        "大类 field category domain area level1 category1 诉求领域 事项分类 归口类别 事项类别 诉求一级分类 "
        "业务分类 问题类别 诉求大类"
    ),
    "field2": "二级分类 二级标签 二级类别 二级 小类 subcategory level2 category2",
    "field3": "三级分类 三级标签 三级类别 三级 细类 level3 category3",
    "name": (
        "来电人 姓名 联系人 来电人姓名 诉求人 诉求人姓名 反映人 留言人 来信人 市民姓名 联系人姓名 投诉人 当事人 "
        "信访人 真实姓名 name fullname caller callername contact 留言人姓名 写信人 写信人姓名 投诉人姓名 "
        "反映人姓名"
    ),
    "phone": (
        "联系电话 来电号码 电话 手机 手机号 手机号码 联系方式 电话号码 主叫号码 来电电话 联系号码 诉求人电话 "
        "联系人电话 回访电话 phone mobile telephone tel phonenumber callernumber 反映人电话 投诉人电话"
    ),
    "id_number": "身份证号 身份证号码 身份证 证件号 证件号码 公民身份号码 idnumber idcard",
    "email": "邮箱 电子邮箱 电子邮件 邮箱地址 email mail emailaddress",
    "place": (
        "事发地址 诉求地址 地址 发生地址 问题地址 事件地址 详细地址 事发地点 反映地址 地点 发生地点 诉求地点 位置 "
        "家庭住址 住址 联系地址 place address location 具体地址 地址描述"
    ),
    "district": (
        "区县 所属区县 区 县区 所在区 所属区 行政区 所属区域 事发区域 区域 市区 district county 区划 所在区县 "
        "行政区划 辖区"
    ),
    "street": "街道 所属街道 街道乡镇 乡镇街道 镇街 街镇 乡镇 所属街镇 street town township subdistrict",
    "community": "社区 所属社区 村居 社区村 居委会 村社区 小区 community village",
    "unit": (
        "承办单位 主办单位 办理单位 承办部门 主办部门 责任单位 处理单位 受理单位 处置单位 办理部门 答复单位 "
        "答复部门 回复单位 派发单位 责任部门 unit department handlingunit agency assignee 处理部门 转办单位 "
        "交办单位 留言对象 部门 单位 主责单位"
    ),
    "co_unit": "协办单位 协办部门 协同单位 会办单位 counit coagency",
    "deadline": (
        "办理期限 办结时限 截止时间 办理时限 处理时限 要求办结时间 到期时间 应办结时间 办结期限 反馈时限 deadline "
        "due dueat duedate 截止日期 反馈期限"
    ),
    "process": (
        "办理过程 处理过程 办理情况 处理情况 办理进度 工单状态 办理状态 状态 process progress status state "
        "处理状态 办件状态 当前状态"
    ),
    "result": "办理结果 处理结果 处置结果 办结意见 办理意见 处理意见 办结结果 答复结果 result outcome resolution",
    "reply": "答复意见 答复内容 回复内容 回复意见 官方回复 回复 答复 reply response answer 回复情况 反馈结果 回覆内容",
    "reply_at": (
        "答复时间 回复时间 答复日期 回复日期 办结时间 办结日期 repliedat replytime closedat answeredat 处理时间 "
        "完成时间 办理时间 回覆时间"
    ),
    "callback": "回访结果 回访情况 回访内容 回访时间 回访 callback 回访记录",
    "contacted": "是否联系 是否响应 响应情况 是否联系诉求人 contacted",
    "solved": "是否解决 解决情况 问题是否解决 是否办结 solved resolved",
    "satisfaction": (
        "满意度 是否满意 满意情况 满意度评价 满意程度 群众评价 评价 satisfaction rating 群众满意度 评价结果 "
        "办理满意度 回访满意度"
    ),
    "transcript": (
        "通话记录 录音文本 转写文本 对话 通话内容 对话内容 录音转写 通话文本 语音转写 录音转文字 通话转写 录音内容 "
        "转写内容 对话记录 聊天记录 transcript dialogue dialog conversation turns transcription 语音转文字 "
        "通话全文 录音全文 通话转写文本"
    ),
    "confidential": "是否保密 保密 保密标记 保密标识 保密要求 confidential secret private",
    "public": "是否公开 公开 同意公开 是否同意公开 public",
}

#: field -> headings, the surest first. What each field becomes is told in `reports.tables.records`.
ALIASES: dict[str, tuple[str, ...]] = {field: tuple(words.split()) for field, words in _WORDS.items()}
