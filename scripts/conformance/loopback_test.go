// Laid beside the suite's files when its test program is built: no name is looked up, so that nothing but 127.0.0.1 can
// be reached, whatever host a test names.

package oss

import (
	"context"
	"errors"
	"net"
)

func init() {
	net.DefaultResolver = &net.Resolver{
		PreferGo: true,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("expected 127.0.0.1, got a name to look up")
		},
	}
}
