"""A tokenizer learnt from the texts at hand: words that are often seen stay whole, others fall into pieces."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Literal, TypeAlias

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

if TYPE_CHECKING:
    from collections.abc import Sequence

Algorithm: TypeAlias = Literal["bpe", "unigram"]

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")  # their ids are 0 to 4
OFTEN = 2  # times that a sign or a piece must be seen: what is seen once teaches nothing, and [UNK] learns from it
LONGEST = 16  # characters of a piece
SEEDS = 4  # times as many pieces as wanted, from which unigram chooses
ROUNDS = 4  # of unigram: cut the words, count the pieces, let the rarest go


def train_tokenizer(texts: Sequence[str], vocabulary: int, algorithm: Algorithm = "bpe") -> str:
    """A tokenizer.json of at most `vocabulary` pieces, the same for the same texts however many threads there are.

    A text is folded (NFKC, lower case), cut at spaces and around punctuation, and gets [CLS] before and [SEP] behind.
    No word segmenter is needed: a run of Chinese is one word that falls into pieces like any other.

    `bpe` joins the two neighbours that stand together most often, again and again (Sennrich 2016). `unigram` cuts
    a word so that the product of its pieces' shares is largest (Kudo 2018). The tokenizers library's own trainer of
    it gives other pieces on every run; here they grow from those of `bpe`, and are counted in the best cut alone.
    """
    words = _words(texts)
    signs: Counter[str] = Counter()
    for word, times in words.items():
        for sign in word:
            signs[sign] += times
    # sorted by how often and then by the sign itself, as ties must not fall by chance
    often = sorted((s for s in signs if signs[s] >= OFTEN), key=lambda s: (-signs[s], s))[: vocabulary // 2]
    wanted = vocabulary if algorithm == "bpe" else vocabulary * SEEDS
    trainer = trainers.BpeTrainer(
        vocab_size=wanted,
        min_frequency=OFTEN,
        special_tokens=list(SPECIAL),
        initial_alphabet=often,
        limit_alphabet=len(often),
        max_token_length=LONGEST,
        show_progress=False,
    )
    tokenizer = _bare(models.BPE(unk_token="[UNK]", fuse_unk=True))  # noqa: S106 - no password
    tokenizer.train_from_iterator(texts, trainer)
    if algorithm == "unigram":
        pieces = [piece for piece in tokenizer.get_vocab() if piece not in SPECIAL]
        tokenizer = _bare(_unigram(words, sorted(pieces), often, vocabulary - len(SPECIAL)))
        tokenizer.add_special_tokens(list(SPECIAL))
    ends = [(name, SPECIAL.index(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    return str(tokenizer.to_str())


def _bare(model: models.Model) -> Tokenizer:
    """A tokenizer that folds and cuts."""
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation()])
    return tokenizer


def _words(texts: Sequence[str]) -> Counter[str]:
    """How often each word occurs, as the tokenizer cuts them."""
    bare = _bare(models.BPE())
    words: Counter[str] = Counter()
    for text in texts:
        words.update(word for word, _ in bare.pre_tokenizer.pre_tokenize_str(bare.normalizer.normalize_str(text)))
    return words


def _unigram(words: Counter[str], pieces: list[str], signs: list[str], most: int) -> models.Unigram:
    """The model of at most `most` pieces, learnt by the best cut of every word; `signs` always stay."""
    shares = dict.fromkeys(pieces, 1.0)
    for left in range(ROUNDS, -1, -1):
        total = math.log(sum(shares.values()) or 1.0)
        vocabulary = [(name, 0.0) for name in SPECIAL] + [(p, math.log(shares[p]) - total) for p in sorted(shares)]
        model = models.Unigram(vocabulary, unk_id=SPECIAL.index("[UNK]"), byte_fallback=False)
        if left == 0:
            break
        counts: Counter[str] = Counter()
        for word, times in words.items():
            for token in model.tokenize(word):
                counts[token.value] += times
        size = int(most * max(len(pieces) / most, 1.0) ** ((left - 1) / ROUNDS))
        long = [p for p in shares if len(p) > 1 and counts[p] >= OFTEN]
        kept = sorted(long, key=lambda p: (-counts[p], p))[: size - len(signs)]
        shares = {p: counts[p] + 1.0 for p in [*signs, *kept]}
    return model
