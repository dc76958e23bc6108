"""The servers a bare machine lacks.

A newcomer has Python and git and nothing else, yet the site needs a real Postgres, a real broker, a web server, a worker and a
clock. This package starts them as plain child processes, watches them, and leaves nothing behind. Production and continuous
integration that bring their own servers say so by `DATABASE_URL` and `BROKER_URL` and use nothing of it. It knows no Django.
"""
