"""Sentences that a report holds ready made, in Chinese; `{}` stands for what changes in them."""

NOTES: dict[str, str] = {
    "not defined: {}": "无法计算：{}",
    "too few rows to measure, fewer than {}: {}": "行数太少，不足 {} 行，无法测量：{}",
    "the model is worse than the {} baseline on these rows ({})": "在这些行上，模型比基线（{}）更差（{}）",
    "the model cannot be told from the {} baseline on these rows ({})": "在这些行上，模型与基线（{}）无法区分（{}）",
    "'{}' is answered from a probability of {} on: {}": "从概率 {1} 起回答“{0}”：{2}",
    "probabilities are calibrated on {} held-out rows: {}": "概率在 {} 行留出数据上做了校准：{}",
    "too few held-out rows for {}, {}: probabilities are the model's": (
        "留出的行太少，不足以做 {}（{} 行）：概率为模型原值"
    ),
    "answers are similarities with descriptions of the labels: no label was learnt from": (
        "回答来自与标签描述的相似度：没有用标签学习"
    ),
    "{} of {} training texts are longer than {}: only their beginnings are read": (
        "{1} 条训练文本中有 {0} 条长于 {2}：只读开头"
    ),
    "{} of {} texts of '{}' are longer than {}: only their beginnings are read": (
        "“{2}”的 {1} 条文本中有 {0} 条长于 {3}：只读开头"
    ),
    "{} of {} texts of '{}' are empty": "“{2}”的 {1} 条文本中有 {0} 条为空",
    "{} of {} rows copy the texts of others ({} exactly, {} nearly); left out: {}": (
        "{1} 行中有 {0} 行与其他行的文本重复（完全相同 {2}，近似 {3}）；已去除：{4}"
    ),
    "{} groups of copies bear different labels: {}": "{} 组重复文本的标签互相矛盾：{}",
    "this model has learnt nothing that shows on these {} rows: {}; {}": "在这 {} 行上看不出模型学到了什么：{}；{}",
    "this model's answers are worse than {}: {}; that it has learnt something shows in its {} of {} alone; {}": (
        "模型的回答比“{}”更差：{}；只有 {} 为 {} 说明它学到了一些；{}"
    ),
    "{} against {} for always answering {}": "{}，而始终回答 {2} 时为 {1}",
    "always answering {}": "始终回答 {}",
    "do not use it, or give it more examples": "不要使用它，或者提供更多样本",
    "do not use it, or give it more examples and more test rows": "不要使用它，或者提供更多样本和更多测试行",
    "a missed one costs {}, a false alarm {}": "漏报的代价为 {}，误报的代价为 {}",
    "the best {} on {} held-out rows": "在 {1} 行留出数据上 {0} 最佳",
}
