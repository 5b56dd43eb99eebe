"""What a card says, in Chinese; `{}` stands for what changes, in the same order as in English."""

CHINESE: dict[str, str] = {
    # the frame
    "Model card": "模型卡",
    "Contents": "目录",
    "Written by Modelyard from report.json; every number here is one of its numbers.": (
        "由 Modelyard 根据 report.json 写成；这里的每个数字都来自其中。"
    ),
    "[card.html](card.html) is this card with pictures, for a browser and for paper.": (
        "[card.html](card.html) 是带图的同一张卡，可在浏览器中阅读或打印。"
    ),
    "Beware: {}.": "注意：{}。",
    "Predicts `{}` ({}) with the model `{}`, from {} columns. Trained on {} rows, choices made on {}, measured on {} "
    "rows that no choice has seen.": (
        "用模型 `{2}` 预测 `{0}`（{1}），读取 {3} 列。在 {4} "
        "行上训练，在 {5} 行上做选择，在 {6} 行上测量，这些行没有参与任何选择。"
    ),
    "binary": "二分类",
    "multiclass": "多分类",
    "regression": "回归",
    "random": "随机",
    "stratified": "分层",
    "mean of folds": "各折平均",
    "out of fold": "折外",
    "In {} folds ({}, dealt {} times) the whole plan was fitted anew, every choice made inside the fold; the interval "
    "of the mean allows for the rows that fits share. Out of fold, {} rows were each answered by a model that had not "
    "seen them. The model of this card is none of these: it is that of the one split.": (
        "在 {} 折（{}，划分 {} 次）中，整个方案重新拟合，一切选择都在折内做出；平均值的区间考虑了各次拟合共用的行。"
        "折外的 {} 行都由没有见过它们的模型回答。本卡的模型不是其中任何一个，而是单次划分所得的模型。"
    ),
    " to ": " 至 ",
    ": ": "：",
    ", ": "、",
    "rows": "行数",
    " rows": " 行",
    "all rows": "全部",
    "yes": "是",
    "no": "否",
    # at a glance
    "Beside the simplest answers": "与最简单的答案相比",
    "better": "更好",
    "worse": "更差",
    "not distinguishable": "无法区分",
    "Measured on": "测量用",
    "learnt from": "训练用",
    "One answer takes": "回答一次需要",
    "half of them within": "一半在此之内",
    # what it is for
    "What it is for": "用途",
    "Intended use": "预期用途",
    "Not for": "不适用于",
    "Licence": "许可",
    "Contact": "联系人",
    "Not said by whoever made it: {}": "制作者没有说明：{}",
    # quality
    "How good it is": "有多好",
    "Measured on rows that no choice has seen; the interval says what other rows might have given.": (
        "在没有参与任何选择的行上测量；区间说明换一批行可能得到的结果。"
    ),
    "metric": "指标",
    "value": "值",
    "95% interval": "95% 区间",
    "what it says": "含义",
    "Against the simplest answers: the difference is the model's value less the baseline's.": (
        "与最简单的答案相比：差值为模型的值减去基线的值。"
    ),
    "baseline": "基线",
    "its value": "基线的值",
    "difference": "差值",
    "ratio": "比值",
    "verdict": "结论",
    "constant": "固定答案",
    "linear": "线性模型",
    "one tree": "一棵小树",
    "before pretraining": "预训练之前",
    "What it answers (across) to rows of each class (down):": "各类别的行（纵向）得到的回答（横向）：",
    "class": "类别",
    # curves
    "false positive rate": "假正率",
    "true positive rate": "真正率",
    "recall": "召回率",
    "precision": "精确率",
    "selection rate": "选中率",
    "predicted probability": "预测概率",
    "observed share": "实际比例",
    "share of rows, the likeliest first": "行的比例，最可能的在前",
    "share found": "找到的比例",
    "answer": "回答",
    "truth less answer": "真值减回答",
    "training rows": "训练行数",
    "threshold": "阈值",
    "share": "比例",
    "ROC curve: what is found against false alarms": "ROC 曲线：找到多少，误报多少",
    "Precision and recall: the more is found, the more is found wrongly": "精确率与召回率：找得越多，误报也越多",
    "Calibration: on the line, a probability means what it says": "校准：落在线上，概率就名副其实",
    "Lift: what is found by looking at the likeliest first": "提升：先看最可能的行能找到多少",
    "Residuals: around zero everywhere, no part of the range is missed": "残差：处处在零附近，说明没有漏掉哪一段",
    "Learning curve: would more data help?": "学习曲线：更多数据有用吗？",
    "Thresholds: what answering the positive class from a probability on gives": "阈值：从某个概率起回答正类会怎样",
    "{} by group, with 95% intervals": "各组的 {}，附 95% 区间",
    # for whom it is worse
    "For whom it is worse": "对谁更差",
    "No column was named whose groups are to be told apart (role: slice).": "没有指定要区分群体的列（role: slice）。",
    "Each metric on each group, with its 95% interval:": "每个群体上的每个指标，附 95% 区间：",
    "group": "群体",
    "not defined": "无法计算",
    "How far groups lie apart (0 is equal for a difference, 1 for a ratio):": (
        "群体之间相差多少（差值以 0 为相等，比值以 1 为相等）："
    ),
    "column": "列",
    "kind": "种类",
    "lowest": "最低",
    "highest": "最高",
    "What the mitigation '{}' changed, beside the same model without it:": (
        "缓解方法“{}”带来的变化，与不用它的同一模型相比："
    ),
    "before": "之前",
    "after": "之后",
    "95% interval of the difference": "差值的 95% 区间",
    "Found by a search among all columns, corrected for all groups that were looked at:": (
        "在所有列中搜索得到，已按查看过的全部群体数做了校正："
    ),
    " beside ": "，其他行为 ",
    " elsewhere": "",
    # how it holds up
    "How it holds up": "是否稳健",
    "The same test rows, changed as clients change them; the difference is what that does to the metric.": (
        "同样的测试行，按客户可能造成的方式改动；差值是改动对指标的影响。"
    ),
    "perturbation": "扰动",
    "on": "对象",
    "change of {}": "{} 的变化",
    "What changed rows do to {}": "改动后的行对 {} 的影响",
    "typos": "错别字",
    "casing": "大小写",
    "noise": "噪声",
    "missing_column": "缺少一列",
    "out_of_range": "超出范围",
    "shifted_categories": "类别改变",
    "unseen_levels": "没见过的类别",
    "number_noise": "数值噪声",
    # why it answers so
    "Why it answers so": "依据什么回答",
    "How much worse {} is when a column's values are shuffled among the rows.": (
        "把一列的值在各行之间打乱后，{} 变差多少。"
    ),
    "Columns that tell the same stand in for each other, and so seem to matter less.": (
        "说明同一件事的几列可以互相替代，因此看起来不那么重要。"
    ),
    "loss": "损失",
    "loss of {}": "{} 的损失",
    "What the answers rest on": "回答所依据的列",
    # what it takes
    "What it takes": "代价",
    "of": "对象",
    "energy": "能耗",
    "within": "范围",
    "CO2e": "二氧化碳当量",
    "price of the energy": "电费",
    "the training": "训练",
    "a thousand predictions": "一千次预测",
    "Grid: {}. ": "电网：{}。",
    "One row alone takes ": "单独一行的中位数为 ",
    " ms in the median and ": " 毫秒，第 99 百分位为 ",
    " ms at the 99th percentile; the bundle holds ": " 毫秒；模型包大小为 ",
    " bytes; a million predictions cost ": " 字节；一百万次预测的费用为 ",
    "Is it worth its price?": "值这个价吗？",
    "Other models were fitted beside it: [worth.md](worth.md) tells how well each answers, what it takes and what it "
    "costs. Times are of one machine and one day, so that page is outside the bundle's digest.": (
        "同时训练了其他模型：[worth.md](worth.md) 说明各自的"
        "质量、代价和费用。时间只属于某台机器的某一天，因此该页不计入模型包的摘要。"
    ),
    # what it reads
    "What it was made from and what it reads": "来源与输入",
    "Data digest: ": "数据摘要：",
    "The newest row is of {} ({}).": "最新的一行来自 {}（{}）。",
    "may be missing": "可以缺失",
    "The model does not read `{}`, but who asks gives it as well: each of its groups has a threshold of its own.": (
        "模型不读取 `{}`，但提问者也要提供它：它的每个群体有各自的阈值。"
    ),
    "number": "数值",
    "category": "类别",
    "boolean": "布尔",
    "text": "文本",
    "image": "图片",
    "time": "时间",
    "identifier": "标识",
    # limits and risks
    "Limits and risks": "限制与风险",
    "risk": "风险",
    "who answers for it": "负责人",
    "what is done about it": "应对措施",
    "The recipe names no risks and nobody who answers for them.": "配方没有列出风险，也没有指定负责人。",
    # how to use it
    "How to use it": "如何使用",
    "or `modelyard serve .` and `POST /predict`.": "或者 `modelyard serve .`，然后 `POST /predict`。",
    "To reproduce: `modelyard train recipe.yaml` on the same data gives the same digest.": (
        "复现：用同样的数据运行 `modelyard train recipe.yaml`，得到同样的摘要。"
    ),
    "Trained with differential privacy: epsilon ": "以差分隐私训练：epsilon ",
    # what metrics say
    "the share of answers that are right": "回答正确的比例",
    "how pure what it finds is, over all thresholds: 1 is best": "在所有阈值上，找到的有多准：1 最好",
    "the share of answers that are right, each class counting the same": "回答正确的比例，各类别同等看待",
    "how far the probabilities lie from what came true, squared: 0 is best": "概率与实际结果相差的平方：0 最好",
    "the share of rows whose truth lies within the interval": "真值落在区间内的行的比例",
    "how far probabilities lie from the shares that came true: 0 is best": "概率与实际比例相差多少：0 最好",
    "what a row costs in the mean, by the prices of mistakes": "按错误的代价，平均每行的费用",
    "the harmonic mean of precision and recall: 1 is best": "精确率与召回率的调和平均：1 最好",
    "the share of negative rows that are taken for positive ones": "被当作正类的负类行的比例",
    "how wide the intervals are in the mean": "区间的平均宽度",
    "how surprised it is by the truth, in nats: 0 is best": "真值让它多意外（奈特）：0 最好",
    "how far an answer lies from the truth in the mean": "回答与真值的平均距离",
    "the share of its positive answers that are right": "回答为正类时正确的比例",
    "the share of the target's variance that it explains: 1 is best": "解释了目标方差的多少：1 最好",
    "the share of positive rows that it finds": "找到的正类行的比例",
    "how far an answer lies from the truth, large mistakes counting more": "回答与真值的距离，大错误更重",
    "how often a positive row gets the higher probability of two: 1 is best, 0.5 is chance": (
        "两行中正类行得到较高概率的机会：1 最好，0.5 等于瞎猜"
    ),
    "the share of rows that it answers with the positive class": "回答为正类的行的比例",
    "the share of negative rows that it lets pass": "被正确放过的负类行的比例",
    "the share of positive rows that it misses": "漏掉的正类行的比例",
    "the larger of two gaps: of true and of false positive rates": "真正率之差与假正率之差中较大的一个",
}
