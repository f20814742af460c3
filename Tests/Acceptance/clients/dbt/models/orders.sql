{{ config(materialized='view') }}
select id, country, amount, status, updated_at from {{ ref('raw_orders') }}
