{{ config(materialized='incremental', unique_key='id', incremental_strategy='merge') }}
select id, amount, status, updated_at from {{ ref('orders') }}
