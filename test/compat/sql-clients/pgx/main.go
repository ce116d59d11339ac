// pgx: extended protocol with binary formats, statement cache, cancel by context.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func step(name string, task func() (any, error)) {
	told, err := task()
	if err != nil {
		told = map[string]string{"error": code(err)}
	}
	text, _ := json.Marshal(told)
	fmt.Printf("%s\t%s\n", name, text)
}

func code(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return err.Error()
}

func main() {
	ctx := context.Background()
	var db *pgx.Conn
	one := func(sql string, args ...any) (any, error) {
		var value any
		err := db.QueryRow(ctx, sql, args...).Scan(&value)
		return value, err
	}
	step("connect", func() (any, error) {
		opened, err := pgx.Connect(ctx, "sslmode=disable")
		if err != nil {
			return nil, err
		}
		db = opened
		return one("select 1")
	})
	if db == nil {
		return
	}
	step("tls", func() (any, error) {
		secure, err := pgx.Connect(ctx, "sslmode=require")
		if err != nil {
			return nil, err
		}
		defer secure.Close(ctx)
		var value int
		err = secure.QueryRow(ctx, "select 1").Scan(&value)
		return value, err
	})
	step("prepared", func() (any, error) {
		var number int
		var text string
		for run := 0; run < 3; run++ {
			if err := db.QueryRow(ctx, "select $1::int4 + 1, $2::text || '!'", 41, "é").Scan(&number, &text); err != nil {
				return nil, err
			}
		}
		return []any{number, text}, nil
	})
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		name, sql, _ := strings.Cut(lines.Text(), "\t")
		step("value "+name, func() (any, error) {
			rows, err := db.Query(ctx, "select "+sql)
			if err != nil {
				return nil, err
			}
			defer rows.Close()
			if !rows.Next() {
				return nil, rows.Err()
			}
			values, err := rows.Values()
			if err != nil {
				return nil, err
			}
			return []any{fmt.Sprint(values[0]), rows.FieldDescriptions()[0].DataTypeOID}, nil
		})
	}
	step("large", func() (any, error) {
		rows, err := db.Query(ctx, "select i::int8 from generate_series(1, 100000) as g(i)")
		if err != nil {
			return nil, err
		}
		count, total := 0, int64(0)
		for rows.Next() {
			var number int64
			if err := rows.Scan(&number); err != nil {
				return nil, err
			}
			count++
			total += number
		}
		return []any{count, total}, rows.Err()
	})
	step("batch", func() (any, error) {
		batch := &pgx.Batch{}
		for number := 0; number < 4; number++ {
			batch.Queue("select $1::int4", number)
		}
		results := db.SendBatch(ctx, batch)
		defer results.Close()
		var told []int
		for number := 0; number < 4; number++ {
			var value int
			if err := results.QueryRow().Scan(&value); err != nil {
				return nil, err
			}
			told = append(told, value)
		}
		return told, nil
	})
	step("error", func() (any, error) {
		var codes []string
		for _, sql := range []string{"select 1/0", "select nope", "select * from nowhere", "selec", "select 'x'::int4"} {
			_, err := one(sql)
			codes = append(codes, code(err))
		}
		two, err := one("select 2")
		return []any{codes, two}, err
	})
	step("cancel", func() (any, error) {
		short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		var count int64
		err := db.QueryRow(short, "select count(*) from generate_series(1, 10000000) a, generate_series(1, 10000000) b").Scan(&count)
		return errors.Is(err, context.DeadlineExceeded), nil
	})
}
