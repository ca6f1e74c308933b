package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// LoadWorld reads a world file.
func LoadWorld(path string) (*World, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	w, err := ParseWorld(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return w, nil
}

// ParseWorld reads a world. Unknown keys are errors, for they are mostly
// misspelled ones.
func ParseWorld(data []byte) (*World, error) {
	w := &World{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(w); err != nil {
		return nil, fmt.Errorf("not a world: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not a world: something follows it")
	}
	if w.Version > WorldVersion {
		return nil, fmt.Errorf("a world of version %d, newer than %d", w.Version, WorldVersion)
	}
	if err := w.check(); err != nil {
		return nil, err
	}
	return w, nil
}

// check refuses what no service could hold.
func (w *World) check() error {
	for _, part := range []struct {
		name string
		bad  bool
	}{
		{"companies", hasNil(w.Companies)},
		{"tills", hasNil(w.Tills)},
		{"codes", hasNil(w.Codes)},
		{"payStatuses", hasNil(w.PayStatuses)},
		{"bookings", hasNil(w.Bookings)},
		{"members", hasNil(w.Members)},
		{"applications", hasNil(w.Applications)},
		{"orangeReceipts", hasNil(w.OrangeReceipts)},
		{"checkReceipts", hasNil(w.CheckReceipts)},
		{"rentaReceipts", hasNil(w.RentaReceipts)},
		{"cards", hasNil(w.Cards)},
		{"cabinets", hasNil(w.Cabinets)},
		{"orders", hasNil(w.Orders)},
	} {
		if part.bad {
			return fmt.Errorf("%s: null is not an entry", part.name)
		}
	}
	for i, key := range w.Orange.Keys {
		if _, err := publicKey(key); err != nil {
			return fmt.Errorf("orange.keys[%d]: %w", i, err)
		}
	}
	switch w.Booking {
	case "", BookingTakes, BookingFree, BookingPays:
	default:
		return fmt.Errorf("booking: %q is none of takes, free and pays", clip(w.Booking))
	}
	seen := make(map[string]bool, len(w.Tills))
	for i, t := range w.Tills {
		if t.Serial == "" {
			return fmt.Errorf("tills[%d] has no serial", i)
		}
		if t.Registered() && seen[trimSerial(t.Serial)] {
			return fmt.Errorf("tills[%d]: serial %q is registered twice", i, clip(t.Serial))
		}
		seen[trimSerial(t.Serial)] = seen[trimSerial(t.Serial)] || t.Registered()
	}
	return nil
}

func hasNil[T any](s []*T) bool {
	for _, v := range s {
		if v == nil {
			return true
		}
	}
	return false
}

// Marshal gives the world as JSON for people.
func (w *World) Marshal() ([]byte, error) {
	out := *w
	out.Version = WorldVersion
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(&out); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Save writes the world whole or not at all.
func (w *World) Save(path string) error {
	data, err := w.Marshal()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	if err := errors.Join(writeSynced(f, data), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), path)
}

func writeSynced(f *os.File, data []byte) error {
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}
