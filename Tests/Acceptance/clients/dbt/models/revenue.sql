{{ config(materialized='table') }}
select c.code, c.name, count(*) as orders, sum(o.amount) as gross, round(sum(o.amount / (1 + c.vat / 100)), 2) as net
from {{ ref('orders') }} as o join {{ ref('countries') }} as c on c.code = o.country
group by c.code, c.name
