// pgx: prepared by itself, a batch, rows copied in, an error inside a transaction.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgx/v4"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, os.Args[1])
	must(err)
	tx, err := c.Begin(ctx)
	must(err)
	_, err = tx.Exec(ctx, "INSERT INTO t VALUES ($1, $2)", 1, "it's")
	must(err)
	batch := &pgx.Batch{}
	for n := 2; n < 5; n++ {
		batch.Queue("INSERT INTO t VALUES ($1, $2)", n, nil)
	}
	must(tx.SendBatch(ctx, batch).Close())
	must(tx.Commit(ctx))
	_, err = c.Exec(ctx, "INSERT INTO t VALUES (1)")
	var refused *pgconn.PgError
	errors.As(err, &refused)
	rows := [][]interface{}{{10, "x"}, {11, "y"}}
	copied, err := c.CopyFrom(ctx, pgx.Identifier{"t"}, []string{"a", "b"}, pgx.CopyFromRows(rows))
	must(err)
	var count int
	must(c.QueryRow(ctx, "SELECT count(*) FROM t WHERE a < $1", 100).Scan(&count))
	must(c.Close(ctx))
	fmt.Println(refused.Code, copied, count)
}
