#!/bin/sh
# Wrong input from outside: exit code 2 (1 where the physics fails), one line that says what is wrong, nothing on
# standard output, and every file that was there as it was.
#   test_cli_bad.sh PROGRAM SOURCE
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
fluxoid=$1
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
checks=0
failures=0

fail() {
    echo "FAILED: $1"
    sed 's/^/    out: /' out
    sed 's/^/    err: /' err
    failures=$((failures + 1))
}

# bad MESSAGE COMMAND ARGUMENTS...
bad() {
    message=$1
    shift
    checks=$((checks + 1))
    "$fluxoid" "$@" >out 2>err </dev/null
    code=$?
    [ $code = 2 ] || fail "fluxoid $*: exit code $code, expected 2"
    printf 'fluxoid %s: %s\n' "$1" "$message" | cmp -s - err || fail "fluxoid $*: another message than '$message'"
    [ ! -s out ] || fail "fluxoid $*: something on standard output"
}

cat >ring.yaml <<'CASE'
fluxoid: 1
units: {length: um}
layers: {al: {coherence_length: 0.2 um, penetration_depth: 0.4 um, thickness: 0.04 um}}
films: {ring: {shape: [circle: {radius: 0.8}], holes: {hole: [circle: {radius: 0.4}]}}}
mesh: {max_edge: 0.7 xi}
drive: {field: 1 mT}
tdgl: {time: 2 tau0, frames: 2}
CASE
"$fluxoid" run -q ring.yaml -o ring.h5 || exit 1
echo "no data" >text.h5
head -c 5000 ring.h5 >torn.h5
cp "$source/tests/data/pytdgl_bar.h5" foreign.h5
mkdir folder.h5
for ending in png svg pdf msh; do
    ln -s /dev/full full.$ending
done
cksum ring.yaml ring.h5 text.h5 torn.h5 foreign.h5 >before

# -- data files --
damaged="is not an HDF5 file, or it is truncated or damaged; run the case again to make it anew"
for command in info measure "plot -o x.png" "movie -o x.mp4"; do
    # shellcheck disable=SC2086
    set -- $command
    name=$1
    shift
    bad "missing.h5: cannot be opened: No such file or directory; give the path of a data file that fluxoid wrote" \
        "$name" missing.h5 "$@"
    bad "folder.h5: cannot be opened: not a regular file; give the path of a data file that fluxoid wrote" \
        "$name" folder.h5 "$@"
    bad "text.h5: $damaged" "$name" text.h5 "$@"
    bad "torn.h5: $damaged" "$name" torn.h5 "$@"
    bad "foreign.h5: is an HDF5 file, but not a data file of fluxoid; to use another program's mesh set mesh.import" \
        "$name" foreign.h5 "$@"
done

# -- places to write to --
full="cannot be written: No space left on device; free some space or choose another disk"
for ending in png svg pdf; do
    bad "picture 'full.$ending' $full" plot ring.h5 -o full.$ending
done
bad "picture 'full.svg' $full" plot ring.h5 --series energy -o full.svg
bad "picture '/dev/null/x.png' cannot be written: Not a directory; choose a path that can be written" \
    plot ring.h5 -o /dev/null/x.png
bad "picture 'ring.yaml': the ending says the format, allowed is .png, .svg or .pdf" plot ring.h5 -o ring.yaml
bad "cannot write full.msh: No space left on device" mesh ring.yaml -o full.msh
bad "cannot write /dev/null/x.msh: Not a directory" mesh ring.yaml -o /dev/null/x.msh
bad "'ring.yaml' does not end with .msh, as the file of a mesh does" mesh ring.yaml -o ring.yaml
bad "ring.yaml: is there and is no data file; it is not replaced: remove it or name another file" \
    run ring.yaml -o ring.yaml
bad "/dev/full: cannot be created: not a regular file; name a file in a folder that exists and may be written" \
    run ring.yaml -o /dev/full
bad "/dev/null/x.h5: cannot be created: Not a directory; name a file in a folder that exists and may be written" \
    run ring.yaml -o /dev/null/x.h5
for command in "run ring.yaml" "measure ring.h5"; do
    # shellcheck disable=SC2086
    bad "ring.h5: is there and holds no JSON; it is not replaced: remove it or name another file" \
        $command --json ring.h5
    # shellcheck disable=SC2086
    bad "ring.yaml: is there and holds no JSON; it is not replaced: remove it or name another file" \
        $command --json ring.yaml
done

# -- cases --
bad "ring.yaml: drive.field is inf at t = 0; it must be finite at all times" \
    run ring.yaml --set drive.field='1 mT/t'
bad "ring.yaml:4: films.ring: 'layer' is missing; there are: al, nb" \
    check ring.yaml --set layers.nb='{coherence_length: 0.2 um, pearl_length: 2 um}'
bad "--set sweep={drive.field: []}: sweep.drive.field: an empty list was given; wanted is a list, or {from, to, steps, continue}" \
    check ring.yaml --set sweep='{drive.field: []}'
bad "missing.yaml: there is no such file, or it cannot be read" run missing.yaml
bad "folder.h5: cannot be read" run folder.h5
bad "ring.h5: was made by another case, or the case was changed since; resume with the case it holds or write to a new file" \
    run ring.yaml -o ring.h5 --resume --set drive.field='2 mT'
bad "text.h5: $damaged" run ring.yaml -o text.h5 --resume
bad "ring.yaml: the vortex at (9, 9) um lies in no film; to let a hole hold it give start.winding" \
    run ring.yaml -o ring.h5 --set start='{vortices: [{at: [9, 9], winding: 1}]}'
bad "ring.yaml: start.from: missing.h5: cannot be opened: No such file or directory; give the path of a data file that fluxoid wrote" \
    run ring.yaml -o ring.h5 --set start='{from: {file: missing.h5}}'
bad "ring.yaml: mesh.import: cannot open missing.msh: No such file or directory" \
    check ring.yaml --set mesh='{import: missing.msh}'
bad "ring.yaml: loop 'far': the shape has 2 rims, a loop is one closed curve" \
    check ring.yaml --set loops='{far: [box: {size: 3}, cut: {box: {size: 2}}]}'

checks=$((checks + 1))
cksum ring.yaml ring.h5 text.h5 torn.h5 foreign.h5 >after
cmp -s before after || fail "a file that was there was changed"

# -- a disk that fills up: an error of writing, and what was flushed can be read --
checks=$((checks + 2))
(
    ulimit -f 200
    "$fluxoid" run ring.yaml -o large.h5 --set mesh.max_edge='0.2 xi' --set tdgl.frames=50 >out 2>err
)
code=$?
[ $code = 2 ] && grep -q '^fluxoid run: large.h5: ' err || fail "a full disk: exit code $code"
"$fluxoid" info large.h5 >out 2>err || fail "a full disk: its file cannot be read"

# -- physics that fails: 1, with the state kept --
checks=$((checks + 2))
"$fluxoid" run ring.yaml -o lost.h5 --set start='{normal: {noise: 0.5, seed: 3}}' \
    --set tdgl='{time: 4000 tau0, integrator: rk32, adaptive: false, dt: 20 tau0, dt_max: 20 tau0}' >out 2>err
code=$?
[ $code = 1 ] && grep -q 'even a step of' err || fail "a run that diverges: exit code $code, expected 1"
"$fluxoid" info lost.h5 >out 2>err || fail "a run that diverges: its file cannot be read"

echo "$checks checks, $failures failed"
[ $failures = 0 ]
