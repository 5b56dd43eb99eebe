"""Sentences that a report holds ready made, in Chinese; `{}` stands for what changes in them."""

NOTES: dict[str, str] = {
    "world average": "世界平均",
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
    "{} rows have the same features as rows of a later part; left out: {}": (
        "{} 行的特征与后面部分中的行相同；已去除：{}"
    ),
    "{} of {} rows have the same features as others: those that are the same are in one part": (
        "{1} 行中有 {0} 行与其他行特征相同：相同的行在同一部分"
    ),
    "{} of {} rows have the same features as others: {} were moved to where the first of theirs is": (
        "{1} 行中有 {0} 行与其他行特征相同：其中 {2} 行移到了与首个相同行所在的部分"
    ),
    "{} of {} rows have the same features as others, and too few differ to keep those that are the same in one part": (
        "{1} 行中有 {0} 行与其他行特征相同，不同的行太少，无法把相同的行放在同一部分"
    ),
    "{} later rows have the same features as others before them and are left out": (
        "{} 个较晚的行与之前的行特征相同，已去除"
    ),
    "{} later rows have the same features as others before them, and too few differ to leave them out": (
        "{} 个较晚的行与之前的行特征相同，不同的行太少，没有去除"
    ),
    "{} rows are left out of later parts, as their '{}' is in an earlier one": (
        "{} 行从较晚的部分去除：它们的“{}”已在较早的部分出现"
    ),
    "{} of {} rows lie in the gap and are left out": "{1} 行中有 {0} 行落在间隔内，已去除",
    "{} rows have no '{}': each is a group of its own": "{} 行没有“{}”：各自成组",
    "data.{}: {} of {} rows are left out, as their '{}' is in a later part": (
        "data.{0}：{2} 行中有 {1} 行已去除，它们的“{3}”出现在后面的部分"
    ),
    "data.{}: {} of {} rows are left out, as they do not lie before the later part and its gap": (
        "data.{0}：{2} 行中有 {1} 行已去除，它们不在后面部分及其间隔之前"
    ),
    "data.{}: {} of {} rows have no '{}' and are left out": "data.{0}：{2} 行中有 {1} 行没有“{3}”，已去除",
    "train: {} rows, {}": "训练：{} 行，{}",
    "valid: {} rows, {}": "验证：{} 行，{}",
    "test: {} rows, {}": "测试：{} 行，{}",
    "the bundle is the model of the one split; {} other fits were measured in folds, all their choices made anew": (
        "模型包是单次划分所得的模型；另有 {} 次拟合在各折中测量，一切选择都重新做出"
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
    "no held-out row weighs anything that {} could be measured on": "没有可用于测量 {} 的留出行",
    "the more probable class": "较可能的类别",
    "{}; by group of {} for {}, chosen on {} held-out rows": "{0}；按 {1} 分组以满足 {2}，在 {3} 行留出数据上选定",
    "no weak slice was found among {} that were looked at": "查看了 {} 个子群体，没有发现明显更差的",
    "no weak slice was found among {} that were looked at, on {}": "查看了 {0} 个子群体（{1}），没有发现明显更差的",
    "weak slices are found and measured on {}": "较差的子群体是在 {} 上发现并测量的",
    "{} of the {} test rows": "{1} 行测试数据中的 {0} 行",
    "no groups of '{}' are compared: fewer than two have {} test rows": (
        "没有比较“{}”的群体：有 {} 行测试数据的群体不足两个"
    ),
    "too few training rows for a learning curve, {}": "训练行数太少（{} 行），画不出学习曲线",
    "learnt from {} rows instead of {}: {}: {}": "用 {0} 行而不是 {1} 行训练：{2}：{3}",
    "more rows would help": "更多的行会有帮助",
    "it learns no more from more rows, and is worse": "更多的行没有帮助，反而更差",
    "more rows of this kind would hardly show": "再多这样的行也看不出差别",
    "{} augmented rows ({}): the loss on {} validation rows is {} with them and {} without: {}": (
        "{0} 行增强数据（{1}）：在 {2} 行验证数据上，用它们时损失为 {3}，不用时为 {4}：{5}"
    ),
    "they are learnt from": "已用于训练",
    "they hurt and are left out": "有害，已舍弃",
    "within noise (the difference has a standard error of {}), so they are left out": (
        "在噪声之内（差值的标准误为 {}），已舍弃"
    ),
    "{}: synthetic rows distort probabilities, so what is calibrated is calibrated on real rows alone; class_weight: "
    "balanced is usually enough (Elor and Averbuch-Elor 2022)": (
        "{}：合成的行会扭曲概率，因此校准只用真实的行；class_weight: balanced 通常就够了（Elor 与 Averbuch-Elor 2022）"
    ),
    "{}: {} rows are too few for {} neighbours: none is made of the class '{}'": (
        "{0}：类别“{3}”只有 {1} 行，不足以取 {2} 个近邻：没有合成"
    ),
    "{}: {} row is too few for {} neighbours: none is made of the class '{}'": (
        "{0}：类别“{3}”只有 {1} 行，不足以取 {2} 个近邻：没有合成"
    ),
    "{}: no class has fewer rows than are asked for": "{}：没有类别少于所要求的行数",
    "{}: no row was made": "{}：没有合成任何行",
    # how energy was reckoned, piece by piece
    "CodeCarbon {}, offline, of this process alone: {}": "CodeCarbon {}，离线，仅本进程：{}",
    "Modelyard's meter: {}": "Modelyard 的计量：{}",
    "Modelyard's meter (CodeCarbon is not installed): {}": "Modelyard 的计量（未安装 CodeCarbon）：{}",
    "the processor's own count (RAPL), this process's share of it, and {}": (
        "处理器自身计数（RAPL）中本进程的份额，以及{}"
    ),
    "seconds of cores at {} W and {} W a GB of resident memory, graphics cards whole": (
        "核心秒数按 {} 瓦计，常驻内存每 GB 按 {} 瓦计，显卡全额计入"
    ),
    "seconds of cores at {} W and {} W a GB of resident memory, no graphics card": (
        "核心秒数按 {} 瓦计，常驻内存每 GB 按 {} 瓦计，不含显卡"
    ),
    "{} W a GB of resident memory": "常驻内存每 GB {} 瓦",
    "an estimate, the truth lies between half of it and two and a half times": "为估计值，真值在其一半到两倍半之间",
    "right within a tenth": "误差在十分之一以内",
    "{} g CO2e a kWh, of the world in 2018 (IEA): the recipe names no grid": (
        "每千瓦时 {} 克二氧化碳当量，为 2018 年世界平均（IEA）：配方没有指定电网"
    ),
    "{} g CO2e a kWh, of the world in 2018 (IEA): {} is known where CodeCarbon is installed": (
        "每千瓦时 {} 克二氧化碳当量，为 2018 年世界平均（IEA）：安装 CodeCarbon 后才知道 {}"
    ),
    "{} g CO2e a kWh, of {} in {} (CodeCarbon's table)": (
        "每千瓦时 {0} 克二氧化碳当量，为 {1} {2} 年的数值（CodeCarbon 的表）"
    ),
    "a thousand predictions are reckoned from {}": "一千次预测由 {} 次推算",
    "the predictions: {}": "预测：{}",
}
