{{ config(materialized='incremental', unique_key='id') }}
select id, country, amount, status, updated_at from {{ ref('orders') }}
{% if is_incremental() %}
where updated_at > (select coalesce(max(updated_at), timestamp '1900-01-01') from {{ this }})
{% endif %}
