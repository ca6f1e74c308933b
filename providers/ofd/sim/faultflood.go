package sim

import (
	"bytes"
	"compress/gzip"
	"net"
	"net/http"
	"time"
)

const (
	bombSize   = 1 << 30 // of an unpacked gzip bomb
	floodPiece = 64 << 10
	// tricklePause is between two bytes of a slow header.
	tricklePause = 20 * time.Millisecond
)

// flood answers with more than anybody wants to read: JSON that never ends, or
// a gigabyte of it behind gzip. It ends when the client goes away.
func flood(w http.ResponseWriter, bomb bool) int {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	piece := bytes.Repeat([]byte(`{"Id":"x"},`), floodPiece/11)
	if bomb {
		w.Header().Set("Content-Encoding", "gzip")
	}
	w.WriteHeader(http.StatusOK)
	if !bomb {
		for _, err := w.Write([]byte(`{"Success":true,"Data":[`)); err == nil; {
			_, err = w.Write(piece)
		}
		return http.StatusOK
	}
	_, err := w.Write(zipped([]byte(`{"Success":true,"Data":[`)))
	member := zipped(piece) // members of a gzip stream follow each other
	for n := 0; err == nil && n < bombSize; n += len(piece) {
		_, err = w.Write(member)
	}
	return http.StatusOK
}

func zipped(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(data) // a buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// trickle sends the header of an answer byte by byte, without an end.
func (s *Service) trickle(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // a connection that cannot be taken over is aborted
	}
	defer func() { _ = conn.Close() }() // the peer sees it closed either way
	text := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Padding: "
	tick := time.NewTicker(tricklePause)
	defer tick.Stop()
	for n := 0; dribble(conn, text, n); n++ {
		select {
		case <-s.closed:
			return
		case <-tick.C:
		}
	}
}

func dribble(conn net.Conn, text string, n int) bool {
	c := byte('x')
	if n < len(text) {
		c = text[n]
	}
	_, err := conn.Write([]byte{c})
	return err == nil
}
