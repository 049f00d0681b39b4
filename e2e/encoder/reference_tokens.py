"""Writes a small SentencePiece-like tokenizer and the tokens that the package `tokenizers` cuts some texts into.

    python reference_tokens.py FILE

The file is kept in git as crates/engines/flywheel-learn/src/encoder/tests/unigram.json; this says where it came from.
Needs the packages tokenizers, numpy and safetensors.
"""
import json
import pathlib
import sys

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from reference_vectors import TEXTS, WORDS

MORE = [
    "pay <mask> now", "<s>payment</s>", "  two   spaces  ", "付款 失败", "ＡＢＣ\tＡ", "e\u0301te\u0301", "a\u00a0b",
    "payment payments repayment paying paid", "the the the", "qqq zzz qzqz", "支付失败支付失败", "▁already marked",
    "\u200bzero width\u200b", "👩🏽‍🚀👩🏽‍🚀", "x" * 70, "and\r\nlines\n\n", "Ａ" * 3 + "Ｂ",
]


def normal_forms():
    """A compiled table as SentencePiece writes it: `Ａ` becomes `A`, a tabulator a space, `é` in one character two."""
    units = [0] * 4096

    def place(label, at, target, leaf):
        units[at] = label | int(leaf) << 8 | (at ^ target) << 10

    texts = b"A\0 \0e\xcc\x81\0"
    values = {"Ａ": 0, "\t": 2, "é": 4}
    units[0] = 256 << 10
    block = 512
    nodes = {b"": 256}
    for word, value in values.items():
        key = word.encode()
        for end in range(1, len(key) + 1):
            prefix = key[:end]
            if prefix in nodes:
                continue
            nodes[prefix] = block
            place(key[end - 1], nodes[key[: end - 1]] ^ key[end - 1], block, end == len(key))
            if end == len(key):
                units[block] = 1 << 31 | value
            block += 256
    return b"".join(n.to_bytes(4, "little") for n in [len(units) * 4, *units]) + texts


def main():
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(normal_forms()), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    trainer = trainers.UnigramTrainer(vocab_size=240, special_tokens=special, unk_token="<unk>", show_progress=False)
    learned = [text for text in TEXTS if text.isascii()] + [" ".join(WORDS), "付款失败 支付失败 付款"]
    tokenizer.train_from_iterator(learned, trainer)
    ends = [(name, tokenizer.token_to_id(name)) for name in ("<s>", "</s>")]
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    cases = [[text, tokenizer.encode(text).ids] for text in TEXTS + MORE]
    written = {"tokenizer": json.loads(tokenizer.to_str()), "cases": cases}
    pathlib.Path(sys.argv[1]).write_text(json.dumps(written, ensure_ascii=True) + "\n", encoding="utf-8")
    unknown = tokenizer.token_to_id("<unk>")
    print(len(cases), "texts,", sum(unknown in ids for _, ids in cases), "with something unknown")


if __name__ == "__main__":
    main()
