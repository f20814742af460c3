"""A dashboard page over psycopg: what an analyst writes in an afternoon.

Streamlit runs it; LODE_DSN is the server's connection string, with the tables of an orders shop (`silver.orders`, `gold.daily_sales`).
"""
import os

import pandas as pd
import psycopg
import streamlit as st

st.set_page_config(page_title="Lode", layout="wide")
st.title("Orders, by Lode")


def ask(sql, *values):
    with psycopg.connect(os.environ["LODE_DSN"]) as connection, connection.cursor() as cursor:
        cursor.execute(sql, values)
        return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])


days = ask("SELECT order_date AS day, sum(revenue)::float8 AS revenue FROM gold.daily_sales GROUP BY order_date ORDER BY order_date")
left, right = st.columns(2)
left.metric("revenue", f"{days.revenue.sum():,.2f}")
right.metric("days", len(days))
st.line_chart(days.set_index("day").revenue)
department = st.selectbox("department", ask("SELECT DISTINCT department FROM gold.daily_sales ORDER BY 1").department)
st.dataframe(ask("SELECT * FROM gold.daily_sales WHERE department = %s ORDER BY order_date LIMIT 10", department))
