{% snapshot order_history %}
{{ config(target_schema='dbt_shop', unique_key='id', strategy='check', check_cols=['status', 'amount']) }}
select id, status, amount from {{ ref('raw_orders') }}
{% endsnapshot %}
