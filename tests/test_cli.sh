#!/bin/sh
# The program from outside: commands, exit codes, messages, what goes to which stream.
#   test_cli.sh PROGRAM SOURCE
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

# run CODE ARGUMENTS...: the program ends with this exit code; its streams are kept in out and err.
run() {
    want=$1
    shift
    checks=$((checks + 1))
    what="fluxoid $*"
    "$fluxoid" "$@" >out 2>err </dev/null
    code=$?
    [ "$code" = "$want" ] || fail "$what: exit code $code, expected $want"
}

# out TEXT, err TEXT: the stream of the last run has this text.
out() {
    checks=$((checks + 1))
    grep -qF -- "$1" out || fail "$what: '$1' is not in its output"
}
err() {
    checks=$((checks + 1))
    grep -qF -- "$1" err || fail "$what: '$1' is not in its messages"
}
# silent STREAM: nothing was written there.
silent() {
    checks=$((checks + 1))
    [ ! -s "$1" ] || fail "$what: wrote to $1"
}
# begins FILE BYTES: what kind of file it is.
begins() {
    checks=$((checks + 1))
    [ "$(head -c ${#2} "$1" 2>/dev/null)" = "$2" ] || fail "$what: $1 does not begin with $2"
}

cat >ring.yaml <<'CASE'
fluxoid: 1
title: A small ring
units: {length: um}
layers: {al: {coherence_length: 0.2 um, penetration_depth: 0.4 um, thickness: 0.04 um, conductivity: 1e7 S/m}}
films: {ring: {shape: [add: {circle: {radius: 0.8}}], holes: {hole: [add: {circle: {radius: 0.4}}]}}}
probes: {v: [[-0.6, 0], [0.6, 0]]}
mesh: {max_edge: 0.7 xi}
drive: {field: 1 mT}
start: {winding: {hole: 1}}
engine: tdgl
tdgl: {time: 10 tau0, frames: 4}
CASE

# -- the command line --
run 0 version
out "fluxoid "
silent err
run 0 --version
run 2
err "usage: fluxoid COMMAND"
silent out
run 0 help
out "explain [KEY]"
run 0 help run
out "--resume"
run 2 help rnu
err "did you mean 'run'"
for command in run check mesh measure plot movie info explain lab bench version; do
    run 0 "$command" --help
    out "usage: fluxoid $command"
    silent err
done
run 2 plto
err "fluxoid: unknown command 'plto'; did you mean 'plot'?"
run 2 run ring.yaml --rseume
err "fluxoid run: unknown option '--rseume'; did you mean '--resume'?"
run 2 run
err "CASE is missing"
run 2 run ring.yaml more.yaml
err "'more.yaml' is one word too many"
run 2 run ring.yaml -o
err "-o wants a value: -o OUT.h5"
run 2 run ring.yaml --threads none
err "--threads wants a whole number from 1 to 4096, not 'none'"
run 2 run ring.yaml -q=1
err "unknown option"
run 2 run ring.yaml --quiet=1
err "--quiet takes no value"
run 2 run ring.yaml --resume
err "--resume needs the data file of the run"
run 2 lab phase-slp
err "did you mean 'phase-slip'"
run 2 lab --page
err "name an experiment"
run 2 lab all -o all.png
err "use --report DIR"
run 2 lab single-valuedness --report /proc/nowhere
err "cannot write /proc/nowhere/index.html"
run 2 run nosuch.cir
err "cannot read nosuch.cir"
run 2 bench flim
err "did you mean 'film'"
# Phases on a lattice: a table, the same bits for any number of threads, what is wrong in words.
cat >xy.yaml <<'CASE'
fluxoid: 1
engine: xy
xy: {lattice: square, size: [8, 8], temperature: [0.7, 1.1], sweeps: 20000, seed: 3}
CASE
run 0 run xy.yaml -o xy.h5
out "vortex_density"
run 0 run xy.yaml --json a.json -q --threads 1
run 0 run xy.yaml --json b.json -q --threads 2
grep -v wall_s a.json >a.txt
grep -v wall_s b.json >b.txt
cmp -s a.txt b.txt || fail "$what: other numbers with another number of threads"
run 0 run xy.yaml -o film.h5 --set xy.film='{critical_temperature: 9 K, sheet_resistance: 2000 ohm}'
out "film      T_KT = 8.26831 K"
# All plaquettes of a periodic lattice stand in the picture: f N of them hold a vortex, and one the legend.
run 0 run xy.yaml -o quarter.h5 -q --set xy.flux=0.25 --set xy.temperature=0.05
run 0 plot quarter.h5 -q phases -o quarter.svg
checks=$((checks + 1))
[ "$(grep -c 'rgb(84' quarter.svg)" = 17 ] || fail "not 16 vortices"
run 2 plot xy.h5 -q phases -t 5 -o xy.png
err "xy.h5 has temperatures from 0.7 to 1.1 J/k_B, not 5"
# Missing sites are left white, like the page and where there are no vortices nothing else.
run 0 run xy.yaml -o holes.h5 -q --set xy.temperature=0.1 --set xy.disorder='{dilution: 0.2}' --set xy.open=xy
run 0 plot holes.h5 -q phases -o holes.svg
checks=$((checks + 1))
[ "$(grep -c 'rgb(100' holes.svg)" = 2 ] || fail "missing sites are not white"
# An array: voltages, and the exponent of currents well below I_c alone.
cat >array.yaml <<'CASE'
fluxoid: 1
engine: xy
xy: {size: 8, temperature: 1.4, dynamics: {current: [0.1, 0.2, 0.3, 1.2], time: 4000}}
CASE
run 0 run array.yaml -o array.h5
out "array of 64 sites"
out "voltage"
out "I = 0.1 to 0.3 I_c"
run 0 run array.yaml --set xy.dynamics.current='[0.5, 0.8, 1.2]'
checks=$((checks + 1))
grep -q "V ~ I^a" out && fail "an exponent across I_c"
# Sweeps: a line for each temperature; pictures of what the engine is asked for, or what there is.
run 0 run xy.yaml -o xys.h5 --set sweep='{xy.disorder.coupling: [0, 0.5]}'
out "xy.disorder.coupling"
checks=$((checks + 1))
[ "$(grep -c ' +- ' out)" = 4 ] || fail "a sweep of two points at two temperatures has no four lines"
run 0 plot xys.h5 -o xys.svg
run 0 plot xys.h5 -q helicity -o same.svg
cmp -s xys.svg same.svg || fail "helicity is not what is drawn"
run 0 plot xys.h5 -q helicity.1.1,vortex_density,energy -o xys.svg
run 2 plot xys.h5 -q current -o xys.svg
err "the sweep has no 'current'; it has helicity, specific_heat,"
run 2 plot xys.h5 -q helicity.3 -o xys.svg
err "the sweep has no 'helicity.3'"
run 2 run xy.yaml --set xy.size=null
err "xy.yaml:3: xy: 'size' is missing"
run 2 run xy.yaml --set xy.find_transition=true
err "three or more around the transition are needed"
run 2 run xy.yaml --set drive.field='1 mT'
err "the engine xy has no films: 'drive' means nothing to it"

# The charge that condenses, from the steps of a sweep: exact but for the mesh.
cat >cool.yaml <<'CASE'
fluxoid: 1
units: {length: um}
material: {pair_charge: 4e}
layers: {al: {coherence_length: 0.2 um, penetration_depth: 0.4 um, thickness: 0.04 um}}
films: {ring: {shape: [circle: {radius: 0.8}], holes: {hole: [circle: {radius: 0.4}]}}}
mesh: {max_edge: 0.7 xi}
start: {normal: {noise: 1e-3, seed: 1}}
tdgl: {time: 400 tau0, stop_when_steady: 1e-6}
sweep: {drive.field: {from: 0 mT, to: 2.4 mT, steps: 9}}
CASE
run 0 run cool.yaml -o cool.h5 -q
run 0 measure cool.h5 --flux-quantum hole
out "pair charge   4.0"
run 2 measure cool.h5 --flux-quantum hol
err "cool.h5: there is no loop or hole 'hol'"
run 2 measure cool.h5 --flux-quantum hole.area
err "wanted is a loop or hole, as hole.fluxoid or hole.flux"
run 2 measure cool.h5 --flux-quantum hole --tracks
err "it goes with no other measurement"

run 0 bench
out "film"
run 0 lab
out "symmetry-breaking"
run 0 lab phase-slip --page
out "# Phase slips and resistance"
run 0 lab symmetry-breaking --set 'sweep={start.normal.seed: {from: 1, to: 20, steps: 20}}' --report lab
out "largest |F/F0 + 1|"
begins lab/symmetry-breaking.png "$(printf '\211PNG')"
grep -q 'data:image/png;base64,iVBOR' lab/index.html || fail "the report has no picture"
run 1 lab symmetry-breaking --set tdgl.time='1 tau0' --set 'sweep={start.normal.seed: {from: 1, to: 2, steps: 2}}'
out "rows are off"
run 1 lab single-valuedness --set films=3
err "films"

# -- cases --
run 0 explain mesh.max_edge
out "mesh.max_edge"
run 2 explain mesh.max_egde
err "mesh.max_edge"
silent out
run 0 check ring.yaml
out "holes 1"
out "sites"
silent err
run 2 check missing.yaml
err "missing.yaml"
run 2 check ring.yaml --set drive.feild='1 mT'
err "did you mean 'field'"
run 2 check ring.yaml --set drive.field=1
err "drive.field"
for case in "$source"/examples/*.yaml; do
    run 0 check "$case"
done
run 0 mesh ring.yaml -o ring.msh
begins ring.msh '$MeshFormat'
run 2 mesh ring.yaml
err "-o MESH.msh"
run 2 mesh ring.yaml -o no/such/folder/ring.msh
err "no/such/folder/ring.msh"

# -- a run and what can be done with its file --
run 0 run ring.yaml -o ring.h5 --json ring.json
out "hole"
out "fluxoid"
silent err
begins ring.json '{'
run 0 run ring.yaml --json -
begins out '{'
checks=$((checks + 1))
[ "$(grep -c 'winding   fluxoid' out)" = 0 ] || fail "a table beside the JSON"
run 0 run ring.yaml -q
silent out
run 2 run ring.yaml --json no/such/folder/ring.json
err "cannot write no/such/folder/ring.json"
run 2 run ring.yaml -o no/such/folder/ring.h5
err "no/such/folder/ring.h5"
run 2 run ring.yaml --json /dev/full
err "cannot write /dev/full"

# Inductances leave as a table and as a subcircuit, which the circuit engine reads.
run 2 info ring.h5 --csv
err "holds no inductances; they come from the engine london"
cat >plain.yaml <<'END'
fluxoid: 1
units: {length: um}
layers: {a: {pearl_length: 1 um}}
films: {f: {layer: a, shape: [circle: {radius: 2}]}}
mesh: {max_edge: 1}
engine: london
END
run 0 run plain.yaml -o plain.h5
run 2 info plain.h5 --csv
err "holds no inductances; its films have neither holes nor terminals"
cat >films.yaml <<'END'
fluxoid: 1
units: {length: um}
layers: {a: {pearl_length: 1 um}, b: {pearl_length: 1 um, z: 0.5 um}}
films:
  p: {layer: a, shape: [circle: {radius: 2}], holes: {low: [circle: {radius: 1}]}}
  f: {layer: b, shape: [circle: {radius: 2}], holes: {high: [circle: {radius: 1}]}}
mesh: {max_edge: 1}
engine: london
END
run 0 run films.yaml -o films.h5
out "L (pH)"
run 0 check films.yaml
out "costs     about"
cat >lattice.yaml <<'END'
fluxoid: 1
engine: xy
xy: {size: 16, temperature: [0.8, 0.9], sweeps: 1000}
END
run 0 check lattice.yaml
out "costs     about"
run 0 check lattice.yaml --set 'xy.dynamics={current: [0.1, 0.2], time: 100}'
out "a step, memory 131.1 kB"
run 0 plot films.h5 --z '0.2 um' -o above.png
run 2 plot films.h5 --z '0.5 um' -o above.png
err "film 'f' lies at the height 0.5 um"
run 2 plot films.h5 --z '0.2 um' -q stream -o above.png
err "at a height there is a field alone"
run 0 run lattice.yaml -o lattice.h5
run 2 plot lattice.h5 --z '0.2 um' -o above.png
err "--z belongs to files of films"
run 0 info films.h5 --csv
out '"L (pH)","low","high"'
run 0 info films.h5 --spice
out ".subckt films 1a 1b 2a 2b"
{
    echo "* two films"
    cat out
    printf 'X1 films 1 0 2 0\nI1 0 1 pwl(0 0 10p 1u)\nR1 1 0 10\nR2 2 0 10\n'
    printf '.tran 0.1p 20p\n.print v(2)\n.end\n'
} >films.cir
run 0 run films.cir
out "v(2)"
cat >stack.yaml <<'END'
fluxoid: 1
units: {length: um}
layers:
  a: {coherence_length: 0.5 um, pearl_length: 40 um}
  b: {coherence_length: 0.5 um, pearl_length: 40 um, z: 0.5}
films: {low: {layer: a, shape: [box: {size: 4}]}, high: {layer: b, shape: [box: {size: 4}]}}
mesh: {max_edge: 1 xi}
start: {vortices: [{at: [0.3, 0.2], film: high}, {at: [-0.3, 0.1], winding: -1, film: low}]}
tdgl: {time: 0.1 tau0, frames: 1}
END
run 0 run stack.yaml -o stack.h5
out "vortices  1, antivortices 1"
out "  in low  0, antivortices 1"
out "  in high  1"
run 0 measure stack.h5 --film high --loop '{circle: {radius: 1.2}}' --along '[[-3, 0.1], [3, 0.1]]'
out "loop-1          1"
! grep -q "(low" out || fail "$what: tells films that were not asked for"
run 0 measure stack.h5 --along '[[-3, 0.1], [3, 0.1]]'
out "(low"
run 2 measure stack.h5 --loop '{circle: {radius: 1.2}}'
err "2 films have this place: low, high; name one"
run 0 info ring.h5
out "A small ring"
out "frames"
run 0 measure ring.h5 --loop '{circle: {radius: 0.6}}' --at 5
out "loop-1"
run 0 measure ring.h5 --json -
begins out '{'
run 0 measure ring.h5 --at-point 0.6,0 --at-point '-600 nm, 0' --field '0, 0, 0.5' --tracks
out "order parameter"
out "residual"
out "point-2 at (-600 nm, 0 m) in ring"
out "electric field"
out "field-1 at (0 m, 0 m, 500 nm)"
out "applied 1 mT, induced"
out "tracks    0 in 5 frames"
silent err
run 0 measure ring.h5 --along '[[0.3, 0], [0.9, 0]]' --field 0,0,0 --at-point 0,0.6 --tracks --reach '2 xi' --json measured.json
for key in energy power current_residual value_V0 phase normal_current electric_field Bz_applied A_induced reach; do
    checks=$((checks + 1))
    grep -q "\"$key\":" measured.json || fail "$what: measured.json has no '$key'"
done
run 2 measure ring.h5 --at-point 0,0
err "point '0,0' lies in no film"
run 0 measure ring.h5 --flux '{circle: {radius: 0.6}}' --flux '{circle: {radius: 9}}' --z 0.5
out "of currents"
out "flux-2"
out "at z = 500 nm"
run 2 measure ring.h5 --z 0.5
err "--z belongs to --flux"
run 2 measure ring.h5 --flux '{circel: {radius: 9}}'
err "did you mean 'circle'"
run 2 measure ring.h5 --field 0
err "field at '0': wanted are lengths with commas between"
run 2 measure ring.h5 --tracks --reach '1 T'
err "wanted is a length"
run 2 measure ring.h5 --reach 1
err "--reach belongs to --tracks"
run 2 measure ring.h5 --tracks=1
err "--tracks takes no value"
run 2 measure ring.h5 --loop '{circel: {radius: 0.6}}'
err "circle"
run 2 measure ring.h5 --at soon
err "'soon' is no time"
run 2 info ring.yaml
err "ring.yaml"
run 2 info missing.h5
err "missing.h5"

run 0 plot ring.h5 -o ring.png
begins ring.png "$(printf '\211PNG')"
run 0 plot ring.h5 -q psi,phase,current,supercurrent,normal,vorticity,mu,field -t 5 -o ring.svg
begins ring.svg '<?xml'
run 0 plot ring.h5 -q winding -o ring.pdf
begins ring.pdf '%PDF'
run 0 plot ring.h5 --series v -o v.svg
run 2 plot ring.h5
err "-o FIG.png"
run 2 plot ring.h5 -q fase -o ring.png
err "did you mean 'phase'"
run 2 plot ring.h5 -q psi,winding -o ring.png
err "not both"
run 2 plot ring.h5 -o ring.bmp
err "ring.bmp"
run 2 plot ring.h5 --x drive.field -o ring.png
err "--x belongs to sweeps"
if command -v ffmpeg >/dev/null; then
    run 0 movie ring.h5 -o ring.mp4
    checks=$((checks + 1))
    [ -s ring.mp4 ] || fail "no film"
    run 2 movie ring.h5 --rate 0 -o ring.mp4
    err "--rate"
fi
head -c 5000 ring.h5 >torn.h5
run 2 info torn.h5
err "torn.h5"

# -- a sweep --
run 0 run ring.yaml -o sweep.h5 -j 2 --set sweep='{drive.field: [0 mT, 1 mT, 2 mT]}' --json sweep.json
out "drive.field"
run 0 plot sweep.h5 -q winding,energy -o sweep.svg
run 0 plot sweep.h5 -q moment --x winding.hole -o sweep.svg
run 0 run ring.yaml -o keys.h5 --set sweep='{layers.al.u: [1, 2], drive.field: [0 mT, 1 mT]}'
run 0 plot keys.h5 -q layers.al.u,moment -o sweep.svg
run 0 plot keys.h5 -q moment,layers.al.u -o turned.svg
checks=$((checks + 1)) # as many letters in either order: each panel has its own name
[ "$(grep -c '<use' sweep.svg)" = "$(grep -c '<use' turned.svg)" ] || fail "panels share a name"
run 0 plot sweep.h5 --point 1 -o point.png
cat >bias.yaml <<'CASE'
fluxoid: 1
units: {length: um}
layers: {nb: {pearl_length: 1 um}}
films: {ring: {layer: nb, shape: [circle: {radius: 2}], holes: {h: [circle: {radius: 1}]}}}
mesh: {max_edge: 0.3}
drive: {field: 0 mT}
engine: london
sweep: {drive.field: [0 mT, 1 mT]}
CASE
run 0 run bias.yaml -o bias.h5
run 0 plot bias.h5 -o bias.svg
run 0 plot bias.h5 -q circulating_current -o same.svg
cmp -s bias.svg same.svg || fail "the current is not what is drawn"
run 0 plot bias.h5 -q inductance,effective_area,fluxoid.h,moment,energy -o bias.svg
run 2 plot bias.h5 -q winding -o bias.svg
err "the sweep has no 'winding'; it has circulating_current,"
run 0 measure sweep.h5 --point 2
out "hole"
run 0 measure sweep.h5 --point 2 --field 0,0,1
out "applied 2 mT"
run 2 measure sweep.h5 --field 0,0,1
err "is a sweep of 3 points"
run 2 plot sweep.h5 -q momnet -o sweep.svg
err "the sweep has no 'momnet'"
run 2 movie sweep.h5 -o sweep.mp4
err "choose one with --point"
run 2 plot sweep.h5 --point 7 -o point.png
err "007"

# -- circuits: a sweep as curves, a run over time --
printf '.param i=1u\nR1 1 0 1k\nI1 0 1 i\n.tran 1p 10p\n.print v(1) i(R1)\n' >r.cir
{ cat r.cir; echo '.sweep R1 list 1k 2k'; echo '.sweep i 0 1u 5'; } >rs.cir
run 0 run r.cir -o r.h5
out "v(1)"
run 0 plot r.h5 -o r.png
begins r.png "$(printf '\211PNG')"
run 0 run rs.cir -o rs.h5
run 0 plot rs.h5 -q "v(1)" --x R1 -o rs.png
begins rs.png "$(printf '\211PNG')"
run 2 plot rs.h5 -q "v(2)" -o rs.png
err "rs.h5 has nothing called 'v(2)'; it has R1, i, v(1)"
run 0 bench circuit --write string.cir
run 0 check string.cir
out "3900 junctions"

# -- interrupted, then resumed: 75, and after it the summary of a run that was left alone --
sed "s/^tdgl:.*/tdgl: {time: 2000 tau0, dt_max: 0.02 tau0, frames: 20}/" ring.yaml >long.yaml
what="an interrupted run"
checks=$((checks + 2))
"$fluxoid" run long.yaml -o long.h5 >out 2>err </dev/null &
pid=$!
# As soon as there is a file, the run has begun.
n=0
while [ ! -s long.h5 ] && [ $n -lt 100 ]; do
    sleep 0.05
    n=$((n + 1))
done
sleep 0.2
kill -TERM $pid
wait $pid
code=$?
[ $code = 75 ] || fail "$what: exit code $code, expected 75"
err "--resume"
run 0 run long.yaml -o long.h5 --resume --json resumed.json
run 0 run long.yaml -o whole.h5 --json whole.json
sed 's/"wall_s": [0-9.e+-]*//' resumed.json >a
sed 's/"wall_s": [0-9.e+-]*//' whole.json >b
cmp -s a b || fail "$what: resumed, its summary is another"

echo "$checks checks, $failures failed"
[ $failures = 0 ]
