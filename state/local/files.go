package local

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

// exists tells whether there is such a file. Anything but a plain file is an
// error: a rename would replace a link instead of what it points to.
func (s *Store) exists(name string) (bool, error) {
	info, err := s.fs.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case info.Mode()&fs.ModeSymlink != 0:
		return false, fmt.Errorf("%s is a symbolic link\nhint: give the path of the file that it points to", name)
	case info.IsDir():
		return false, fmt.Errorf("%s is a folder, not a state", name)
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("%s is not a plain file", name)
	}
	return true, nil
}

// read gives the content of a file, nil when there is none. With sync, what
// was read is durable on return.
func (s *Store) read(name string, limit int64, sync bool) ([]byte, error) {
	if there, err := s.exists(name); err != nil || !there {
		return nil, err
	}
	f, err := s.fs.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	data, err := readAll(f, limit)
	if err == nil && sync {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}

// readAll never gives nil data without an error: nil means no file.
func readAll(f File, limit int64) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("it is larger than %d bytes", limit)
	}
	data := make([]byte, 0, info.Size()+1)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
		if int64(len(data)) > limit {
			return nil, fmt.Errorf("it is larger than %d bytes", limit)
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// replace puts data in the place of a file so that, whatever happens, either
// the old content or the new one is there; the new one is durable on return.
func (s *Store) replace(name string, data []byte) error {
	if err := s.put(name, data); err != nil {
		return err
	}
	return s.syncDir()
}

// put is replace without making the name durable.
func (s *Store) put(name string, data []byte) error {
	if _, err := s.exists(name); err != nil {
		return err
	}
	temp := name + ".tmp"
	err := s.writeTemp(temp, data)
	if err == nil {
		err = s.fs.Rename(temp, name)
	}
	if err != nil {
		_ = s.fs.Remove(temp) // a leftover is replaced by the next write
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// syncDir makes the names beside the state durable.
func (s *Store) syncDir() error {
	if err := s.fs.SyncDir(filepath.Dir(s.path)); err != nil {
		return fmt.Errorf("write %s: %w", s.path, err)
	}
	return nil
}

func (s *Store) writeTemp(temp string, data []byte) error {
	f, err := s.fs.Create(temp)
	if err != nil {
		return err
	}
	if err = writeAt(f, data, 0); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func writeAt(f File, data []byte, off int64) error {
	n, err := f.WriteAt(data, off)
	if err == nil && n < len(data) {
		err = io.ErrShortWrite
	}
	return err
}
