package cli

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"devenv/store/binarycache"
)

type cacheServeOptions struct {
	listen, compression string
	keyFiles            []string
	priority            int
}

func newCacheServeCmd(a *app) *cobra.Command {
	var o cacheServeOptions
	cmd := &cobra.Command{
		Use:   "serve [--listen ADDRESS] [--key-file FILE]",
		Short: "Serve this machine's store as a cache",
		Long: `Serve this machine's store as a binary cache until it is interrupted: archives are made when they are
asked for, and signed if there is a key. Whoever can reach the address can read all of the store, and
change nothing. Port 0 takes a free one; the URL is printed.`,
		Example: `  devenv cache serve
  devenv cache serve --listen 0.0.0.0:8080 --key-file secret.key   # for the network that this machine is in`,
		Args: atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return runCacheServe(cmd.Context(), a, o) },
	}
	cmd.Flags().StringVar(&o.listen, "listen", "127.0.0.1:8080", "listen on `ADDRESS`, host:port")
	cmd.Flags().StringVar(&o.compression, "compression", "zstd", "compress by `METHOD`: zstd or none")
	cmd.Flags().IntVar(&o.priority, "priority", 30, "say that this is the cache's priority; lower is asked first")
	keyFileFlag(cmd, &o.keyFiles)
	return cmd
}

func runCacheServe(ctx context.Context, a *app, o cacheServeOptions) error {
	s, err := a.stores(ctx, o.keyFiles)
	if err != nil {
		return err
	}
	defer s.close()
	opened, err := s.open(ctx, "")
	if err != nil {
		return err
	}
	local, err := opened.onDisk("be served as a cache")
	if err != nil {
		return err
	}
	h, err := binarycache.NewServer(local, binarycache.ServerOptions{Compression: o.compression, Keys: s.keys, Priority: o.priority,
		Failed: func(err error) { a.streams.Notice("%s", err) }})
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return withHint(err, "choose another address: devenv cache serve --listen 127.0.0.1:0")
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	a.streams.Printf("http://%s\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return context.Cause(ctx)
}
