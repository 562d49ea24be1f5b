#!/usr/bin/env python3
"""llama.cpp's own quantiser, from the library inside the npm package node-llama-cpp.

    llama_quantize.py LIBRARIES IN.gguf OUT.gguf TYPE [--imatrix FILE.gguf]

TYPE is a name of `cria quantize --type`. Matrices whose rows are no whole blocks of 32 are kept in
F16, as `cria quantize` does. LIBRARIES is the folder that holds libllama.*.so. The structures below are
those of llama.h; their layout is held against the defaults that the library states.
"""
import argparse
import ctypes as c
import glob
import os
import struct
import sys

FILE_TYPES = {'q4_0': 2, 'q4_1': 3, 'q8_0': 7, 'q5_0': 8, 'q5_1': 9, 'q2_k': 10, 'q3_k_s': 11,
              'q3_k_m': 12, 'q3_k_l': 13, 'q4_k_s': 14, 'q4_k_m': 15, 'q5_k_s': 16, 'q5_k_m': 17,
              'q6_k': 18, 'q2_k_s': 21}
F16 = 1


class Importance(c.Structure):
    _fields_ = [('name', c.c_char_p), ('data', c.POINTER(c.c_float)), ('size', c.c_size_t)]


class Override(c.Structure):
    _fields_ = [('pattern', c.c_char_p), ('type', c.c_int)]


class Params(c.Structure):
    _fields_ = [('nthread', c.c_int32), ('ftype', c.c_int), ('output_tensor_type', c.c_int),
                ('token_embedding_type', c.c_int), ('allow_requantize', c.c_bool),
                ('quantize_output_tensor', c.c_bool), ('only_copy', c.c_bool), ('pure', c.c_bool),
                ('keep_split', c.c_bool), ('dry_run', c.c_bool),
                ('imatrix', c.POINTER(Importance)), ('kv_overrides', c.c_void_p),
                ('tt_overrides', c.POINTER(Override)), ('prune_layers', c.c_void_p)]


class Gguf:
    """Tensors of a GGUF 3 file: name -> (ne, type, offset of the data)."""
    SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}

    def __init__(self, path):
        self.bytes, self.at, self.tensors, alignment = open(path, 'rb').read(), 8, {}, 32
        count, keys = self.take('<QQ')
        for _ in range(keys):
            key = self.string()
            value = self.value(self.take('<I')[0])
            if key == 'general.alignment':
                alignment = value
        listed = []
        for _ in range(count):
            name = self.string()
            dims, = self.take('<I')
            ne = self.take(f'<{dims}Q')
            listed.append((name, ne, *self.take('<IQ')))
        start = (self.at + alignment - 1) // alignment * alignment
        for name, ne, kind, offset in listed:
            self.tensors[name] = (ne, kind, start + offset)

    def take(self, form):
        values = struct.unpack_from(form, self.bytes, self.at)
        self.at += struct.calcsize(form)
        return values

    def string(self):
        length, = self.take('<Q')
        self.at += length
        return self.bytes[self.at - length:self.at].decode()

    def value(self, kind):
        if kind == 8:
            return self.string()
        if kind == 9:
            kind, count = self.take('<IQ')
            return [self.value(kind) for _ in range(count)]
        self.at += self.SIZES[kind]
        return int.from_bytes(self.bytes[self.at - self.SIZES[kind]:self.at], 'little')

    def floats(self, name):
        ne, _, at = self.tensors[name]
        count = 1
        for n in ne:
            count *= n
        return struct.unpack_from(f'<{count}f', self.bytes, at)


def load(folder):
    for name in ['libggml-base.so', 'libggml*.so', 'libllama.*.so']:
        found = [p for p in glob.glob(os.path.join(folder, name)) if '-cpu-' not in p]
        if not found:
            sys.exit(f'{folder}: no {name}')
        for path in found:
            library = c.CDLL(path, mode=c.RTLD_GLOBAL)
    return library


def importance(path):
    file, entries, keep = Gguf(path), [], []
    for name in file.tensors:
        if not name.endswith('.in_sum2'):
            continue
        base = name[:-len('.in_sum2')]
        count, = file.floats(base + '.counts')
        means = [x / count for x in file.floats(name)]
        data = (c.c_float * len(means))(*means)
        keep.append(data)
        entries.append(Importance(base.encode(), c.cast(data, c.POINTER(c.c_float)), len(means)))
    entries.append(Importance(None, None, 0))
    return (Importance * len(entries))(*entries), keep


def main():
    parser = argparse.ArgumentParser()
    for name in ['libraries', 'model', 'out', 'type']:
        parser.add_argument(name)
    parser.add_argument('--imatrix')
    args = parser.parse_args()
    library = load(args.libraries)
    library.llama_model_quantize_default_params.restype = Params
    params = library.llama_model_quantize_default_params()
    unset = params.output_tensor_type  # GGML_TYPE_COUNT
    if not (unset == params.token_embedding_type > 30 and params.quantize_output_tensor and
            not params.pure and not params.imatrix and not params.tt_overrides):
        sys.exit('llama_model_quantize_params has another layout than this script knows')
    params.ftype = FILE_TYPES[args.type]
    params.nthread = os.cpu_count()
    uneven = [name for name, (ne, _, _) in Gguf(args.model).tensors.items()
              if len(ne) == 2 and ne[0] % 32 != 0]
    overrides = [Override(name.replace('.', r'\.').encode(), F16) for name in uneven]
    overrides.append(Override(None, 0))
    params.tt_overrides = (Override * len(overrides))(*overrides)
    if args.imatrix:
        params.imatrix, keep = importance(args.imatrix)
    silent = c.CFUNCTYPE(None, c.c_int, c.c_char_p, c.c_void_p)(lambda level, text, data: None)
    if not os.environ.get('VERBOSE'):
        library.llama_log_set(silent, None)
    library.llama_backend_init()
    library.llama_model_quantize.restype = c.c_uint32
    status = library.llama_model_quantize(args.model.encode(), args.out.encode(), c.byref(params))
    sys.exit(0 if status == 0 else f'llama_model_quantize failed: {status}')


main()
