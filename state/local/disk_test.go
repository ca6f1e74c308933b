package local_test

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
)

// sector is what a disk writes whole.
const sector = 512

// disk is a folder of a file system that keeps apart what programs see and
// what a power loss would leave. Nothing is durable before it is synced: of a
// file its data and size, by Sync; of the folder its names, by SyncDir. What
// was not synced may be there afterwards in any combination: each name has any
// of the values that it had since, each write is whole, torn by sectors, or
// not there, with or without the size that goes with it.
type disk struct {
	mu      sync.Mutex
	durable map[string]*inode
	names   map[string]*inode   // as programs see them
	pending map[string][]*inode // values of a name since the last SyncDir; nil: no such name
	locks   map[*inode]bool
}

// inode is a file.
type inode struct {
	base    []byte   // what is durable for certain
	changes []change // made since, oldest first
	cache   []byte   // as programs see it
}

// change is one write or truncation.
type change struct {
	off    int64
	data   []byte // nil for a truncation to off
	synced bool
	doubt  bool // a failed Sync took it for written: no later one writes it
}

func newDisk() *disk {
	return &disk{
		durable: map[string]*inode{}, names: map[string]*inode{}, pending: map[string][]*inode{}, locks: map[*inode]bool{},
	}
}

// set gives a name a file; nil removes it.
func (d *disk) set(name string, n *inode) {
	d.pending[name] = append(d.pending[name], n)
	if n == nil {
		delete(d.names, name)
		return
	}
	d.names[name] = n
}

// syncNames makes the names durable.
func (d *disk) syncNames() {
	d.durable = maps.Clone(d.names)
	clear(d.pending)
}

func (n *inode) write(p []byte, off int64) {
	n.changes = append(n.changes, change{off: off, data: bytes.Clone(p)})
	n.cache = overwrite(n.cache, p, off)
}

func (n *inode) truncate(size int64) {
	n.changes = append(n.changes, change{off: size})
	n.cache = resize(n.cache, size)
}

// sync makes what is written durable. After a failure it is not known what
// became of it, and no later sync changes that: as on Linux.
func (n *inode) sync(failed bool) {
	certain := true
	for i := range n.changes {
		c := &n.changes[i]
		if failed && !c.synced {
			c.doubt = true
		}
		c.synced = !c.doubt
		certain = certain && c.synced
	}
	if certain {
		n.base, n.changes = bytes.Clone(n.cache), nil
	}
}

// unsynced tells whether a power loss could take something away.
func (d *disk) unsynced() bool {
	if len(d.pending) > 0 {
		return true
	}
	for _, n := range d.names {
		if len(n.changes) > 0 {
			return true
		}
	}
	return false
}

// doubtful tells whether a failed sync has left something unclear.
func (d *disk) doubtful() bool {
	for _, n := range d.names {
		if slices.ContainsFunc(n.changes, func(c change) bool { return c.doubt }) {
			return true
		}
	}
	return false
}

// killed is the disk after its process was killed: all is there, no lock is held.
func (d *disk) killed() { clear(d.locks) }

// fate decides what becomes of the things that were not synced.
type fate struct {
	r    *rand.Rand
	keep float64 // how likely a thing is kept whole
	tear float64 // how likely a write is torn that is not
	// stale has sectors that were never written show what was there before, as
	// some file systems do, and not zeros.
	stale bool
}

// lost and kept are the ends of the scale.
func lost() fate { return fate{} }
func kept() fate { return fate{keep: 1} }

// anyFate is one between them.
func anyFate(r *rand.Rand) fate {
	return fate{r: r, keep: r.Float64(), tear: r.Float64()}
}

func (f fate) says(p float64) bool { return p >= 1 || f.r != nil && f.r.Float64() < p }

// powerLoss gives what is left.
func (d *disk) powerLoss(f fate) *disk {
	after := newDisk()
	moved := map[*inode]*inode{}
	move := func(n *inode) *inode {
		if moved[n] == nil {
			left := n.settle(f)
			moved[n] = &inode{base: left, cache: bytes.Clone(left)}
		}
		return moved[n]
	}
	names := slices.Sorted(maps.Keys(d.durable))
	for name := range d.pending {
		if _, ok := d.durable[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if n := f.value(d.durable[name], d.pending[name]); n != nil {
			after.names[name] = move(n)
		}
	}
	after.durable = maps.Clone(after.names)
	return after
}

// value chooses one of the values that a name had.
func (f fate) value(durable *inode, since []*inode) *inode {
	switch {
	case len(since) == 0:
		return durable
	case f.says(f.keep):
		return since[len(since)-1]
	case f.r == nil:
		return durable
	}
	if i := f.r.IntN(len(since) + 1); i > 0 {
		return since[i-1]
	}
	return durable
}

// settle gives what is left of a file.
func (n *inode) settle(f fate) []byte {
	b := bytes.Clone(n.base)
	for _, c := range n.changes {
		switch {
		case c.data == nil && (c.synced || f.says(f.keep)):
			b = resize(b, c.off)
		case c.data != nil && (c.synced || f.says(f.keep)):
			b = overwrite(b, c.data, c.off)
		case c.data != nil && f.says(f.tear):
			b = f.torn(b, c)
		}
	}
	return b
}

// torn writes some sectors of a write, with any of the sizes on the way.
func (f fate) torn(b []byte, c change) []byte {
	end := max(int64(len(b)), c.off+int64(len(c.data)))
	if grows := end - int64(len(b)); grows > 0 && f.r.IntN(2) == 0 {
		end -= f.r.Int64N(grows + 1)
	}
	written := len(b)
	b = resize(b, max(end, int64(len(b))))
	for i := written; f.stale && i < len(b); i++ {
		b[i] = "old content\n{}0123456789"[f.r.IntN(24)]
	}
	share := f.r.Float64()
	for at := c.off; at < end && at < c.off+int64(len(c.data)); {
		next := min((at/sector+1)*sector, end, c.off+int64(len(c.data)))
		if f.r.Float64() < share {
			copy(b[at:next], c.data[at-c.off:])
		}
		at = next
	}
	return b
}

// resize cuts, or fills up with zeros.
func resize(b []byte, size int64) []byte {
	if size <= int64(len(b)) {
		return b[:size:size]
	}
	return append(b[:len(b):len(b)], make([]byte, size-int64(len(b)))...)
}

func overwrite(b, p []byte, off int64) []byte {
	b = resize(b, max(int64(len(b)), off+int64(len(p))))
	b = bytes.Clone(b)
	copy(b[off:], p)
	return b
}
