# The two commands of the README; everything else is CMake (CMakePresets.json).
#   make demo [MINUTES=10] [PARAMS=3M]   from raw public text to a model that talks
#   make test                            build and run all the tests
MINUTES ?=
PARAMS ?=
RECIPE ?= recipes/demo.toml
OUT ?= runs/demo

.PHONY: demo test build install clean

demo: build
	build/release/cria raise $(RECIPE) --out $(OUT) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(PARAMS),--params $(PARAMS))

build: install
	cmake --preset release
	cmake --build --preset release --target cria

install:
	tools/install-packages build

test:
	tools/install-packages build test
	tools/check static cuda asan tsan fuzz unit

clean:
	rm -rf build
