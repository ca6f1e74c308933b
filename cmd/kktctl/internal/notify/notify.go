// Package notify delivers a short text to people through the services that
// shoutrrr speaks: Telegram, Slack, mail, webhooks and others.
//
// A delivery ends within the time of its context, whatever the service does,
// and its error holds no secret: neither the URL nor a part of one.
package notify

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/url"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"
)

// Message is what is told.
type Message struct {
	Title string                 // one line: the subject of a mail
	Text  func(limit int) string // whole, in at most so many bytes, the title included
}

// delivery is one call of a service.
type delivery struct {
	url    *url.URL
	params types.Params
	text   string
}

// Send delivers a message to the service that a URL in shoutrrr's form names;
// a plain http(s) URL is a webhook that takes JSON. The secrets are what must
// not stand in an error.
func Send(ctx context.Context, rawURL string, secrets []string, m Message) error {
	u, err := url.Parse(rawURL)
	if err != nil || u.Scheme == "" {
		return errors.New("the value is not the URL of a service")
	}
	all, err := deliveries(u, m)
	if err != nil {
		return err
	}
	for _, d := range all {
		if err := d.send(ctx, secrets); err != nil {
			return err
		}
	}
	return nil
}

// send makes one call. The services take no context: when it ends before they
// do, their answer is not waited for.
func (d delivery) send(ctx context.Context, secrets []string) error {
	logged := &logs{}
	service, err := serviceAt(d.url, logged)
	if err != nil {
		return errors.New(harmless(err.Error(), secrets))
	}
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("the library failed: %v", r)
			}
		}()
		done <- service.Send(d.text, &d.params)
	}()
	select {
	case err = <-done:
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return errors.New("no answer in time")
		}
		return errors.New("interrupted")
	}
	if err == nil {
		return nil
	}
	text := err.Error()
	if why := logged.description(); why != "" {
		text += ": " + why
	}
	return errors.New(harmless(text, secrets))
}

// custom is a service that takes a webhook's own URL.
type custom interface {
	GetConfigURLFromCustom(customURL *url.URL) (*url.URL, error)
}

// serviceAt makes the service of a URL. The router of the library would leave
// out why it cannot.
func serviceAt(u *url.URL, logged *logs) (types.Service, error) {
	name, _, isCustom := strings.Cut(strings.ToLower(u.Scheme), "+")
	if name == "logger" {
		return nil, errors.New("logger tells nobody")
	}
	service, err := (&router.ServiceRouter{}).NewService(name)
	if err != nil {
		return nil, fmt.Errorf("no such service: %s", name)
	}
	if isCustom {
		c, ok := service.(custom)
		if !ok {
			return nil, fmt.Errorf("%s has no webhook's URL of its own", name)
		}
		if u, err = c.GetConfigURLFromCustom(u); err != nil {
			return nil, err
		}
	}
	return service, service.Initialize(u, log.New(logged, "", 0))
}
